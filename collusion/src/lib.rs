//! the bribe contract, for research and for testing that the game holds (DCR_C2 of the three-party game). Not written yet: the escrow is complete without it.
