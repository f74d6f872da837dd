//! verification and reputation, a bonded second opinion (DCR_C3 of the three-party game). Not written yet: the escrow is complete without it.
