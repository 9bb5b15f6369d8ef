"""`python -m bench`: everything there is to measure."""

import asyncio

from bench import pages, sfu

if __name__ == "__main__":
    asyncio.run(sfu.main())
    asyncio.run(pages.main())
