//! Candidates for primes: an odds-only segmented sieve of Eratosthenes. It only proposes; `primes::is_prime` decides.

/// Numbers of a segment: one byte for each odd one fits a processor's second-level cache.
pub(crate) const SEGMENT: u64 = 1 << 18;

/// Sieving further costs more than testing what is left.
const LARGEST_DIVISOR: u64 = 1 << 17;

/// The odd primes that candidates below some number are sieved by.
pub(crate) struct Sieve {
    divisors: Vec<u32>,
}

impl Sieve {
    /// For candidates below `hi`.
    pub(crate) fn new(hi: u64) -> Self {
        let limit = hi.isqrt().min(LARGEST_DIVISOR) as u32;
        let mut divisors: Vec<u32> = Vec::new();
        for n in (3..=limit).step_by(2) {
            if divisors
                .iter()
                .take_while(|divisor| **divisor * **divisor <= n)
                .all(|divisor| n % divisor != 0)
            {
                divisors.push(n);
            }
        }
        Self { divisors }
    }

    /// Calls `propose` with every number of `lo..hi` that may be prime, in increasing order: every prime there, and
    /// few others.
    pub(crate) fn candidates(&self, lo: u64, hi: u64, mut propose: impl FnMut(u64)) {
        if lo <= 2 && 2 < hi {
            propose(2);
        }
        // Offset i stands for first + 2i; kept as offsets, nothing overflows next to 2^64.
        let first = lo | 1;
        if first >= hi {
            return;
        }
        let mut composite = vec![false; ((hi - first).div_ceil(2)) as usize];
        for divisor in self.divisors.iter().map(|divisor| u64::from(*divisor)) {
            let square = divisor * divisor;
            if square >= hi {
                break;
            }
            let start = if square >= first {
                square - first
            } else {
                let beyond = first % divisor;
                let next = if beyond == 0 { 0 } else { divisor - beyond };
                // Odd offsets are even numbers.
                if next.is_multiple_of(2) { next } else { next + divisor }
            };
            let mut at = (start / 2) as usize;
            while let Some(mark) = composite.get_mut(at) {
                *mark = true;
                at += divisor as usize;
            }
        }
        for (i, _) in composite.iter().enumerate().filter(|(_, composite)| !**composite) {
            propose(first + 2 * i as u64);
        }
    }
}
