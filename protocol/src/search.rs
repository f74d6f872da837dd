//! Finding where a withheld Chain goes wrong: demand some states, compare them with one's own, and demand again between
//! the last right one and the first wrong one. Each round divides the distance by the number of states demanded.

use alloc::vec::Vec;

/// A search for a right state that a wrong one follows.
///
/// Whatever the worker answers, the two ends close in on such a pair: it cannot lead the search astray.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    count: u64,
    width: u64,
    /// The highest state known to be right before `wrong`; none: not even the start.
    right: Option<u64>,
    /// The lowest state known to be wrong after `right`; none: the last was not seen yet.
    wrong: Option<u64>,
}

impl Search {
    /// Over `count` states, `width` of them a round; at least 1 each.
    pub fn new(count: u64, width: u64) -> Self {
        Self {
            count: count.max(1),
            width: width.max(1),
            right: None,
            wrong: None,
        }
    }

    /// The states to demand next, strictly increasing; none when the search is over.
    pub fn next(&self) -> Vec<u64> {
        // Open below: the states of interest begin after the right one.
        let low = self.right.map_or(0, |right| right + 1);
        // Before a wrong one was seen, the last state is asked for along with the others.
        let high = self.wrong.unwrap_or(self.count);
        let between = high - low;
        let asked = between.min(self.width);
        (1..=asked)
            .map(|part| {
                // Spread evenly; the last of them is `high - 1`, which is the last state in the first round.
                let offset = u128::from(between) * u128::from(part) / u128::from(asked);
                low + (offset as u64 - 1)
            })
            .collect()
    }

    /// What comparing a state showed. States of one round are told in any order.
    pub fn saw(&mut self, index: u64, is_right: bool) {
        if is_right {
            if self.wrong.is_none_or(|wrong| index < wrong) {
                self.right = self.right.max(Some(index));
            }
        } else if self.right.is_none_or(|right| index > right) && self.wrong.is_none_or(|wrong| index < wrong) {
            self.wrong = Some(index);
        }
    }

    /// The wrong step, once its state and the one before it are known: `judge` takes both.
    pub fn found(&self) -> Option<u64> {
        let wrong = self.wrong?;
        (wrong == self.right.map_or(0, |right| right + 1)).then_some(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Searches states of which all from `first_wrong` on are wrong. Returns what is found and the rounds.
    fn search(count: u64, width: u64, first_wrong: u64) -> (Option<u64>, u32) {
        let mut search = Search::new(count, width);
        let mut rounds = 0;
        loop {
            let next = search.next();
            if next.is_empty() {
                return (search.found(), rounds);
            }
            assert!(next.len() as u64 <= width && next.is_sorted_by(|a, b| a < b) && next[next.len() - 1] < count);
            rounds += 1;
            assert!(rounds < 70, "{search:?}");
            next.into_iter()
                .for_each(|index| search.saw(index, index < first_wrong));
        }
    }

    #[test]
    fn every_first_wrong_state_is_found() {
        for count in 1..40 {
            for width in [1, 2, 3, 7, 64] {
                for first_wrong in 0..count {
                    let (found, _) = search(count, width, first_wrong);
                    assert_eq!(found, Some(first_wrong), "{first_wrong} of {count}, {width} a round");
                }
                assert_eq!(search(count, width, count).0, None, "nothing is wrong");
            }
        }
    }

    #[test]
    fn rounds_are_the_logarithm() {
        for (count, rounds) in [(64, 1), (16_385, 3), (1 << 20, 4), (1 << 47, 8)] {
            assert!(search(count, 64, count / 2).1 <= rounds, "{count}");
        }
    }

    #[test]
    fn what_was_seen_of_a_state_stays() {
        let mut search = Search::new(10, 10);
        for (index, is_right) in [(5, false), (5, true), (4, true), (4, false)] {
            search.saw(index, is_right);
        }
        assert_eq!((search.found(), search.next()), (Some(5), Vec::new()));
    }

    #[test]
    fn an_answer_that_wavers_leads_to_a_wrong_step_all_the_same() {
        let is_right = |index: u64| index % 3 != 2;
        let mut search = Search::new(1000, 4);
        loop {
            let next = search.next();
            if next.is_empty() {
                break;
            }
            next.into_iter().for_each(|index| search.saw(index, is_right(index)));
        }
        let step = search.found().expect("the last state is right, but others are wrong");
        assert!(!is_right(step) && is_right(step - 1));
    }
}
