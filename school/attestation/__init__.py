"""What a consultation before an interim attestation has to contain (cl. 3.8; R30, R31)."""
