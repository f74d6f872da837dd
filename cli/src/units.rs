//! Money, time and sizes as people write and read them.

use std::{
    fmt, str,
    time::{Duration, SystemTime},
};

use alloy::primitives::{
    U256,
    utils::{ParseUnits, format_ether, format_units, parse_units},
};

/// An amount of wei, written as `0.5`, `0.5eth`, `20gwei` or `1000wei`. A bare number counts ether.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wei(pub u128);

impl str::FromStr for Wei {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let split = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
        let (number, unit) = text.split_at(split);
        let number = number.trim();
        let unit = match unit {
            "" | "eth" | "ether" | "ETH" => "ether",
            "gwei" | "wei" => unit,
            other => return Err(format!("unknown unit `{other}`: write eth, gwei or wei")),
        };
        let wrong = || format!("`{text}` is no amount: write for example 0.5, 0.5eth, 20gwei or 1000wei");
        if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
            return Err(wrong());
        }
        // parse_units drops digits below the unit's smallest part; here they are a mistake.
        let decimals = match unit {
            "ether" => 18,
            "gwei" => 9,
            _ => 0,
        };
        if number
            .split_once('.')
            .is_some_and(|(_, fraction)| fraction.len() > decimals)
        {
            return Err(format!("`{text}` is finer than one wei"));
        }
        match parse_units(number, unit) {
            Ok(ParseUnits::U256(wei)) => u128::try_from(wei).ok().map(Wei).ok_or_else(wrong),
            _ => Err(wrong()),
        }
    }
}

/// Ether with all its digits and no trailing zeros: `0.5 ETH`.
pub fn ether(wei: U256) -> String {
    format!("{} ETH", trimmed(&format_ether(wei)))
}

/// A price of gas: `0.1 gwei`.
pub fn gwei(wei: U256) -> String {
    let text = format_units(wei, "gwei").unwrap_or_default();
    format!("{} gwei", trimmed(&text))
}

/// A change of balance: `+0.5`, `-0.5`, `0`, in ether.
pub fn signed_ether(wei: i128) -> String {
    let sign = match wei {
        0 => "",
        1.. => "+",
        _ => "-",
    };
    format!("{sign}{}", trimmed(&format_ether(U256::from(wei.unsigned_abs()))))
}

fn trimmed(decimal: &str) -> &str {
    if decimal.contains('.') {
        decimal.trim_end_matches('0').trim_end_matches('.')
    } else {
        decimal
    }
}

/// A time window in seconds, written as `2h`, `30m`, `1d 12h` or a bare number of seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window(pub u32);

impl str::FromStr for Window {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let seconds = match text.parse::<u64>() {
            Ok(seconds) => seconds,
            Err(_) => humantime::parse_duration(text)
                .map_err(|_| format!("`{text}` is no time span: write for example 30m, 2h or 1d"))?
                .as_secs(),
        };
        match u32::try_from(seconds) {
            Ok(seconds) if seconds > 0 => Ok(Self(seconds)),
            _ => Err(format!(
                "`{text}` is out of range: at least a second, at most a year (365d)"
            )),
        }
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&span(u64::from(self.0)))
    }
}

/// A span of seconds: `2h 30m`.
pub fn span(seconds: u64) -> String {
    let (days, hours, minutes, rest) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    let parts: Vec<_> = [(days, 'd'), (hours, 'h'), (minutes, 'm'), (rest, 's')]
        .into_iter()
        .filter(|(amount, _)| *amount > 0)
        .map(|(amount, unit)| format!("{amount}{unit}"))
        .collect();
    if parts.is_empty() {
        "0s".to_owned()
    } else {
        parts.join(" ")
    }
}

/// A moment in seconds since 1970 as UTC: `2026-11-21 02:00:05 UTC`.
pub fn moment(timestamp: u64) -> String {
    // Year 9999, where the calendar of the formatter ends.
    const LAST: u64 = 253_402_300_799;
    if timestamp > LAST {
        return format!("second {timestamp}");
    }
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(timestamp);
    let text = humantime::format_rfc3339_seconds(time).to_string();
    format!("{} UTC", text.trim_end_matches('Z').replace('T', " "))
}

/// Digits in groups of three: `1,234,567`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A probability in percent, never rounded up to a certainty that it is not.
pub fn percent(probability: f64) -> String {
    let percent = probability * 100.0;
    if probability >= 1.0 {
        "100 %".to_owned()
    } else if percent > 99.99 {
        "over 99.99 %".to_owned()
    } else {
        format!("{percent:.2} %")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wei(text: &str) -> Result<u128, String> {
        text.parse::<Wei>().map(|wei| wei.0)
    }

    #[test]
    fn amounts_take_a_unit_and_default_to_ether() {
        assert_eq!(wei("0.5"), Ok(500_000_000_000_000_000));
        assert_eq!(wei("0.5eth"), wei("0.5"));
        assert_eq!(wei("20gwei"), Ok(20_000_000_000));
        assert_eq!(wei("20 gwei"), Ok(20_000_000_000));
        assert_eq!(wei("1000wei"), Ok(1000));
        assert_eq!(wei("0"), Ok(0));
    }

    #[test]
    fn amounts_that_are_none_are_refused() {
        for text in [
            "",
            "eth",
            "-1",
            "1.2.3",
            "1e18",
            "0.5wei",
            "1 btc",
            "0.0000000000000000001",
        ] {
            assert!(wei(text).is_err(), "{text}");
        }
    }

    #[test]
    fn ether_keeps_every_digit() {
        assert_eq!(ether(U256::from(1)), "0.000000000000000001 ETH");
        assert_eq!(ether(U256::from(1_500_000_000_000_000_000u64)), "1.5 ETH");
        assert_eq!(ether(U256::ZERO), "0 ETH");
        assert_eq!(gwei(U256::from(100_000_000)), "0.1 gwei");
        assert_eq!(signed_ether(-250_000_000_000_000_000), "-0.25");
        assert_eq!(signed_ether(10_000_000_000_000_000_000), "+10");
        assert_eq!(signed_ether(0), "0");
    }

    #[test]
    fn windows_are_spans_or_seconds() {
        assert_eq!("2h".parse(), Ok(Window(7200)));
        assert_eq!("1d 12h".parse(), Ok(Window(129_600)));
        assert_eq!("90".parse(), Ok(Window(90)));
        for text in ["", "0", "0s", "soon", "200y"] {
            assert!(text.parse::<Window>().is_err(), "{text}");
        }
        assert_eq!(Window(9000).to_string(), "2h 30m");
        assert_eq!(span(0), "0s");
    }

    #[test]
    fn moments_and_numbers_read_well() {
        assert_eq!(moment(0), "1970-01-01 00:00:00 UTC");
        assert_eq!(moment(1_795_226_405), "2026-11-21 02:00:05 UTC");
        assert_eq!(moment(u64::MAX), format!("second {}", u64::MAX));
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(267_202), "267,202");
        assert_eq!(grouped(1_000_000), "1,000,000");
        assert_eq!(percent(0.999_999), "over 99.99 %");
        assert_eq!(percent(1.0), "100 %");
        assert_eq!(percent(0.5), "50.00 %");
    }
}
