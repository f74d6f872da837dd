//! Primes by a segmented sieve of Eratosthenes over the numbers without factors 2, 3 and 5: eight of every thirty, a bit
//! each.
//!
//! A range whose divisors are all sieved by needs no test of primality. Where there are too many, the sieve only
//! proposes, and [`surety_tasks::primes::is_prime`] decides.

use surety_tasks::Range;

/// What a number of a byte leaves when divided by 30, by its bit.
const RESIDUES: [u64; 8] = [1, 7, 11, 13, 17, 19, 23, 29];

/// How far the number of each bit of eight bytes lies behind the first byte's multiple of 30.
const OFFSETS: [u64; 64] = {
    let mut offsets = [0; 64];
    let mut bit = 0;
    while bit < 64 {
        offsets[bit] = 30 * (bit as u64 / 8) + RESIDUES[bit % 8];
        bit += 1;
    }
    offsets
};

/// Bytes whose composite numbers by 7, 11 and 13 repeat; these divisors are struck out by copying.
const PERIOD: usize = 7 * 11 * 13;
/// Periods in the pattern that is copied from.
const REPEATED: usize = 16;

/// Bytes of a segment: what fits the fastest cache, and with many divisors what lets each strike a few times.
const SMALLEST_SEGMENT: u64 = 1 << 15;
const LARGEST_SEGMENT: u64 = 1 << 19;

/// Segments that a thread sieves in a row, so that finding where each divisor begins is a small part of the work.
const SEGMENTS: u64 = 8;

/// Sieving by more divisors costs more memory and time than testing what is left.
const LARGEST_COMPLETE: u64 = 1 << 24;
/// The largest divisor where the sieve only proposes.
const LARGEST_PROPOSING: u64 = 1 << 17;

/// The sieve of one range, shared by all threads.
pub(super) struct Sieve {
    /// The primes from 17 on.
    divisors: Vec<u32>,
    is_complete: bool,
    /// The middle of the range.
    middle: u64,
    segment: u64,
    piece: u64,
    pattern: Vec<u8>,
}

impl Sieve {
    pub(super) fn new(range: Range) -> Self {
        let root = (range.hi() - 1).isqrt();
        // Divisors that are more than the candidates do not pay either.
        let is_complete = root <= LARGEST_PROPOSING.max(LARGEST_COMPLETE.min(range.len() / 16));
        let largest = if is_complete { root } else { LARGEST_PROPOSING };
        let segment = (largest / 4).clamp(SMALLEST_SEGMENT, LARGEST_SEGMENT);
        let each = range.len() / (4 * rayon::current_num_threads() as u64);
        Self {
            divisors: small_primes(largest).into_iter().filter(|prime| *prime > 13).collect(),
            is_complete,
            middle: range.lo() + range.len() / 2,
            segment,
            piece: (SEGMENTS * segment * 30).min(each.max(SMALLEST_SEGMENT)),
            pattern: pattern(),
        }
    }

    /// Numbers that one thread sieves at a time.
    pub(super) fn piece(&self) -> u64 {
        self.piece
    }

    /// About how many primes are among so many numbers, and hardly fewer than there are.
    pub(super) fn expected(&self, numbers: u64) -> usize {
        // One of ln(n) is prime; a tenth more leaves room for ranges that have more.
        (numbers as f64 * 1.1 / (self.middle.max(3) as f64).ln()) as usize
    }

    /// Whether every survivor is prime.
    pub(super) fn is_complete(&self) -> bool {
        self.is_complete
    }

    /// Calls `survivor` with every number of `lo..hi` that no divisor strikes out, in increasing order: every prime
    /// there, and others only if the sieve is not complete.
    pub(super) fn survivors(&self, lo: u64, hi: u64, mut survivor: impl FnMut(u64)) {
        [2, 3, 5]
            .into_iter()
            .filter(|n| (lo..hi).contains(n))
            .for_each(&mut survivor);
        let (mut first, end) = (lo / 30, hi.div_ceil(30));
        let mut next = self.begin(first, end);
        let mut segment = vec![0; self.segment.min(end - first).next_multiple_of(8) as usize];
        while first < end {
            let length = self.segment.min(end - first) as usize;
            self.strike(first, &mut segment[..length], &mut next);
            // Behind the range's last byte nothing is prime.
            segment[length..].fill(u8::MAX);
            let base = first * 30;
            // Numbers of the first and the last bytes may lie outside of the range.
            let is_inside = lo <= base && hi - base >= 30 * length as u64;
            for (word, bytes) in segment[..length.next_multiple_of(8)].as_chunks().0.iter().enumerate() {
                let mut left = !u64::from_le_bytes(*bytes);
                let base = base + 240 * word as u64;
                while left != 0 {
                    let offset = OFFSETS[left.trailing_zeros() as usize];
                    left &= left - 1;
                    if is_inside {
                        survivor(base + offset);
                    } else if let Some(n) = base.checked_add(offset)
                        && (lo..hi).contains(&n)
                    {
                        survivor(n);
                    }
                }
            }
            first += length as u64;
        }
    }

    /// For the divisors that reach below byte `end`: how far behind byte `first` each strikes first, for the cofactors of
    /// each residue.
    fn begin(&self, first: u64, end: u64) -> Vec<Strikes> {
        let reaching = self
            .divisors
            .partition_point(|divisor| u64::from(*divisor).pow(2) / 30 < end);
        self.divisors[..reaching]
            .iter()
            .map(|&divisor| {
                let p = u64::from(divisor);
                // Smaller cofactors have smaller divisors.
                let least = p.max((first * 30).div_ceil(p));
                let next = RESIDUES.map(|residue| {
                    let thirties = (least.saturating_sub(residue)).div_ceil(30);
                    (p * thirties + p * residue / 30).saturating_sub(first)
                });
                Strikes {
                    divisor,
                    next: next.map(|next| u32::try_from(next).unwrap_or(u32::MAX)),
                }
            })
            .collect()
    }

    /// Sets the bits of all numbers that have a divisor. `first` is the number of the first byte.
    fn strike(&self, first: u64, segment: &mut [u8], strikes: &mut [Strikes]) {
        let mut from = first as usize % PERIOD;
        for piece in segment.chunks_mut(self.pattern.len() - PERIOD) {
            piece.copy_from_slice(&self.pattern[from..from + piece.len()]);
            from = (from + piece.len()) % PERIOD;
        }
        if let (0, Some(byte)) = (first, segment.first_mut()) {
            // 1 is not prime; 7, 11 and 13 are.
            *byte = 1;
        }
        for Strikes { divisor, next } in strikes {
            let masks = &MASKS[*divisor as usize % 30];
            for (next, mask) in next.iter_mut().zip(masks) {
                let mut at = *next as usize;
                while let Some(byte) = segment.get_mut(at) {
                    *byte |= mask;
                    at += *divisor as usize;
                }
                *next = (at - segment.len()) as u32;
            }
        }
    }
}

/// A divisor, and how many bytes ahead it strikes next for the cofactors of each residue.
struct Strikes {
    divisor: u32,
    next: [u32; 8],
}

/// The bit that a divisor of some residue modulo 30 strikes for the cofactors of each residue.
const MASKS: [[u8; 8]; 30] = {
    let mut masks = [[0; 8]; 30];
    let mut divisor = 0;
    while divisor < 30 {
        let mut cofactor = 0;
        while cofactor < 8 {
            let product = divisor as u64 * RESIDUES[cofactor] % 30;
            let mut bit = 0;
            while bit < 8 {
                if RESIDUES[bit] == product {
                    masks[divisor][cofactor] = 1 << bit;
                }
                bit += 1;
            }
            cofactor += 1;
        }
        divisor += 1;
    }
    masks
};

/// The bytes of multiples of 7, 11 and 13, over and over, and once more for any phase to begin with.
fn pattern() -> Vec<u8> {
    let mut pattern = vec![0; PERIOD * (REPEATED + 1)];
    for (byte, bits) in pattern.iter_mut().enumerate() {
        for (bit, residue) in RESIDUES.into_iter().enumerate() {
            let n = 30 * byte as u64 + residue;
            if [7, 11, 13].into_iter().any(|divisor| n.is_multiple_of(divisor)) {
                *bits |= 1 << bit;
            }
        }
    }
    pattern
}

/// The primes up to `limit`, by the plain sieve.
fn small_primes(limit: u64) -> Vec<u32> {
    let limit = limit as usize;
    let mut is_composite = vec![false; limit + 1];
    let mut primes = Vec::new();
    for n in 2..=limit {
        if is_composite[n] {
            continue;
        }
        primes.push(n as u32);
        for multiple in (n * n..=limit).step_by(n) {
            is_composite[multiple] = true;
        }
    }
    primes
}
