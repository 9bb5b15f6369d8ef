"""`python -m bench`: everything there is to measure."""

import asyncio

from bench import sfu

if __name__ == "__main__":
    asyncio.run(sfu.main())
