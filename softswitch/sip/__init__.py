"""The only importer of pjsua2: PJSIP inside the asyncio loop, its legs, its media, and the gate before it."""
