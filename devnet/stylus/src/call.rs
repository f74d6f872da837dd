//! What a call out of a program costs, and how much gas the callee gets.

const WARM_ACCOUNT: u64 = 100;
const COLD_ACCOUNT: u64 = 2_500;
const NEW_ACCOUNT: u64 = 25_000;
const VALUE_TRANSFER: u64 = 9_000;
const STIPEND: u64 = 2_300;

/// The facts about a callee that set the base price.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Callee {
    /// Not yet in the access list.
    pub cold: bool,
    /// Empty in the sense of EIP-161.
    pub empty: bool,
    /// The call carries value.
    pub value: bool,
}

/// The gas of a call that can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallGas {
    /// Price of the call itself.
    pub base: u64,
    /// Gas the callee starts with, the stipend of a call with value included.
    pub callee: u64,
}

impl CallGas {
    /// What the caller pays once the callee has returned `gas_returned`. Unlike in the EVM, a stipend that was used is
    /// paid for.
    pub fn cost(&self, gas_returned: u64) -> u64 {
        self.base.saturating_add(self.callee.saturating_sub(gas_returned))
    }
}

/// The gas rule of a call with `gas_left` in the frame. None if the base price cannot be paid: then the call fails and
/// costs all of `gas_left`.
///
/// The callee gets at most `floor(63 x / 64)` of what is left after the base price, which is one less than the EVM's
/// `x - floor(x / 64)` where 64 does not divide x.
pub fn call_gas(gas_left: u64, gas_requested: u64, callee: Callee) -> Option<CallGas> {
    let mut base = WARM_ACCOUNT;
    if callee.cold {
        base += COLD_ACCOUNT;
    }
    if callee.value {
        base += VALUE_TRANSFER;
        if callee.empty {
            base += NEW_ACCOUNT;
        }
    }
    let rest = gas_left.checked_sub(base)?;
    let most = (u128::from(rest) * 63 / 64) as u64;
    let stipend = if callee.value { STIPEND } else { 0 };
    Some(CallGas {
        base,
        callee: most.min(gas_requested).saturating_add(stipend),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_price_follows_the_callee() {
        let base = |cold, empty, value| call_gas(100_000, 0, Callee { cold, empty, value }).unwrap().base;
        assert_eq!(base(false, true, false), 100);
        assert_eq!(base(true, true, false), 2_600);
        assert_eq!(base(false, false, true), 9_100);
        assert_eq!(base(true, true, true), 36_600);
    }

    #[test]
    fn the_callee_gets_63_64ths_rounded_down() {
        let warm = Callee::default();
        assert_eq!(
            call_gas(100 + 65, u64::MAX, warm).unwrap(),
            CallGas { base: 100, callee: 63 }
        );
        assert_eq!(call_gas(100 + 64, 10, warm).unwrap(), CallGas { base: 100, callee: 10 });
        assert_eq!(call_gas(99, 10, warm), None);
    }

    #[test]
    fn a_used_stipend_is_paid_for() {
        let gas = call_gas(
            20_000,
            0,
            Callee {
                value: true,
                ..Callee::default()
            },
        )
        .unwrap();
        assert_eq!(gas.callee, 2_300);
        assert_eq!(gas.cost(2_300), 9_100);
        assert_eq!(gas.cost(2_280), 9_120);
    }
}
