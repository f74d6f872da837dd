//! Time of the chain: the wall clock, moved forward on demand.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::store::image::ClockImage;

/// Where the chain's time comes from. All times are in seconds since 1970.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clock {
    /// How far the chain is ahead of the wall clock.
    offset: i64,
    /// What the next block must carry.
    next: Option<u64>,
    /// Time from block to block, if it is fixed.
    interval: Option<u64>,
}

impl Clock {
    /// A clock that shows `start` now, or the wall clock's time.
    pub fn starting_at(start: Option<u64>) -> Self {
        let mut clock = Self::default();
        if let Some(start) = start {
            clock.set(start);
        }
        clock
    }

    /// What the clock shows.
    pub fn now(&self) -> u64 {
        wall().saturating_add_signed(self.offset)
    }

    /// The time that a block after one at `latest` would carry.
    pub fn peek(&self, latest: u64) -> u64 {
        match (self.next, self.interval) {
            (Some(next), _) => next,
            (None, Some(interval)) => latest.saturating_add(interval),
            (None, None) => self.now().max(latest),
        }
    }

    /// The time of a block made now. A time that was ordered for it is used up, and the clock goes on from there.
    pub fn tick(&mut self, latest: u64) -> u64 {
        let time = self.peek(latest);
        if self.next.take().is_some() {
            self.set(time);
        }
        time
    }

    /// Moves the clock forward. Returns the offset to the wall clock.
    pub fn increase(&mut self, seconds: u64) -> i64 {
        self.offset = self.offset.saturating_add_unsigned(seconds);
        self.offset
    }

    /// Sets the clock. Returns the offset to the wall clock.
    pub fn set(&mut self, time: u64) -> i64 {
        self.offset = i64::try_from(i128::from(time) - i128::from(wall())).unwrap_or(i64::MAX);
        self.offset
    }

    pub const fn set_next(&mut self, time: u64) {
        self.next = Some(time);
    }

    pub const fn set_interval(&mut self, interval: Option<u64>) {
        self.interval = interval;
    }

    pub fn image(&self) -> ClockImage {
        ClockImage {
            offset: self.offset.cast_unsigned(),
            next: self.next.into_iter().collect(),
            interval: self.interval.into_iter().collect(),
        }
    }
}

impl From<ClockImage> for Clock {
    fn from(image: ClockImage) -> Self {
        Self {
            offset: image.offset.cast_signed(),
            next: image.next.first().copied(),
            interval: image.interval.first().copied(),
        }
    }
}

fn wall() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |elapsed| elapsed.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ordered_time_is_used_once_and_kept_up() {
        let mut clock = Clock::starting_at(Some(1_000));
        clock.set_next(5_000);
        assert_eq!(clock.peek(1_000), 5_000);
        assert_eq!(clock.tick(1_000), 5_000);
        assert!(clock.tick(5_000) >= 5_000);
    }

    #[test]
    fn time_never_goes_back() {
        let mut clock = Clock::starting_at(Some(1_000));
        assert_eq!(clock.tick(9_999_999_999), 9_999_999_999);
    }

    #[test]
    fn an_interval_ignores_the_clock() {
        let mut clock = Clock::starting_at(Some(1_000));
        clock.set_interval(Some(12));
        assert_eq!(clock.tick(50), 62);
        clock.set_interval(None);
        clock.increase(500);
        assert!(clock.tick(62) >= 1_500);
    }
}
