//! How likely a sample finds a cheat, how large it has to be, and what beating it costs.
//!
//! Fractions and probabilities are in 0..=1; arguments outside are taken as the nearest bound.

/// Probability that `samples` draws with repetition meet a wrong leaf when a fraction `wrong` of them is wrong:
/// 1 - (1 - q)^m (paper 1, section 3.3, after its reference 7).
pub fn probability(wrong: f64, samples: u64) -> f64 {
    if samples == 0 {
        return 0.0;
    }
    // Plus zero: no negative zero for nothing wrong.
    -(samples as f64 * ln_right(wrong)).exp_m1() + 0.0
}

/// Probability that `samples` distinct leaves out of `count` include one of the `wrong` ones (hypergeometric, exact):
/// 1 - C(count - wrong, samples) / C(count, samples). Takes min(samples, wrong) steps.
pub fn probability_distinct(count: u64, wrong: u64, samples: u64) -> f64 {
    let (fewer, more) = (samples.min(wrong), samples.max(wrong));
    if fewer == 0 || count == 0 {
        return 0.0;
    }
    if fewer.saturating_add(more) > count {
        return 1.0;
    }
    let mut log_missed = 0.0;
    for step in 0..fewer {
        log_missed += (-(more as f64) / (count - step) as f64).ln_1p();
        // exp of anything below is zero: certainty, to the last bit.
        if log_missed < -750.0 {
            break;
        }
    }
    -f64::exp_m1(log_missed)
}

/// Fewest draws with repetition that find a wrong fraction `wrong` with probability `wanted`; none if no number does.
pub fn samples_for(wrong: f64, wanted: f64) -> Option<u64> {
    let wanted = wanted.clamp(0.0, 1.0);
    if wanted == 0.0 {
        return Some(0);
    }
    let estimate = ((-wanted).ln_1p() / ln_right(wrong)).ceil();
    if wrong >= 1.0 {
        return Some(1);
    }
    // 2^53: beyond, an f64 does not count one by one.
    (estimate.is_finite() && estimate < 9_007_199_254_740_992.0).then_some(estimate as u64)
}

/// Fewest distinct leaves out of `count` that include one of `wrong` wrong ones with probability `wanted`; none if
/// nothing is wrong.
pub fn samples_for_distinct(count: u64, wrong: u64, wanted: f64) -> Option<u64> {
    if wanted <= 0.0 {
        return Some(0);
    }
    if wrong == 0 || count == 0 {
        return None;
    }
    // From here on some wrong leaf is always among them.
    let (mut low, mut high) = (0, count - wrong.min(count) + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        if probability_distinct(count, wrong, middle) >= wanted {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Some(high)
}

/// Expected number of roots that a worker has to try until the papers' sampler, which depends on the root alone,
/// misses all of its wrong leaves: (1 - q)^-m. About 1 / (1 - p) for a sample chosen to detect with probability p.
pub fn grinding_tries(wrong: f64, samples: u64) -> f64 {
    if samples == 0 {
        1.0
    } else {
        (-(samples as f64) * ln_right(wrong)).exp()
    }
}

/// ln(1 - wrong), without loss for small fractions.
fn ln_right(wrong: f64) -> f64 {
    (-wrong.clamp(0.0, 1.0)).ln_1p()
}
