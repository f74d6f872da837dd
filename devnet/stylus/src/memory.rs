//! The price of memory pages: 1,000 gas for each open page beyond two, and an exponential ramp over the largest number of
//! pages that were ever open in the transaction.

use crate::ramp::RAMP;

/// Pages that cost nothing in a transaction.
pub const FREE_PAGES: u16 = 2;
/// Gas for each open page beyond the free ones.
pub const PAGE_GAS: u64 = 1_000;
/// Pages that may be open at once.
pub const PAGE_LIMIT: u16 = 128;

/// The pages of one transaction. Not journaled: a revert does not close what it opened before the frame's own exit does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pages {
    /// Pages open now.
    pub open: u16,
    /// The most pages that were open at once.
    pub ever: u16,
}

/// Gas for opening `new` pages. Over the limit of 128 it is at least `u64::MAX` less the ramp already paid.
pub fn page_cost(new: u16, pages: Pages) -> u64 {
    let open = pages.open.saturating_add(new);
    let ever = pages.ever.max(open);
    if ever <= FREE_PAGES {
        return 0;
    }
    let priced = |pages: u16| u64::from(pages.saturating_sub(FREE_PAGES));
    let linear = PAGE_GAS * (priced(open) - priced(pages.open));
    linear.saturating_add(ramp(ever) - ramp(pages.ever))
}

impl Pages {
    /// Gas for entering a program of `footprint` pages, or None over the page limit. The pages open with [`Pages::opened`],
    /// once the whole entry is paid.
    pub fn entry_cost(&self, footprint: u16) -> Option<u64> {
        self.fits(footprint).then(|| page_cost(footprint, *self))
    }

    /// The counters after opening `new` pages.
    pub fn opened(self, new: u16) -> Self {
        let open = self.open.saturating_add(new);
        Self {
            open,
            ever: self.ever.max(open),
        }
    }

    /// Opens `new` pages for a running program and says what they cost; None over the page limit, with nothing opened.
    pub fn grow(&mut self, new: u16) -> Option<u64> {
        let cost = self.entry_cost(new)?;
        *self = self.opened(new);
        Some(cost)
    }

    fn fits(&self, new: u16) -> bool {
        self.open.saturating_add(new) <= PAGE_LIMIT
    }
}

fn ramp(pages: u16) -> u64 {
    RAMP.get(usize::from(pages)).copied().unwrap_or(u64::MAX)
}
