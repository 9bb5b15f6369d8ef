"""What a host has put up in a room for everybody to see: a timer, the page of a document, the board (R47)."""
