//! What a client wants done: a file with a line for each job, in the words of `surety delegate`.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use alloy::primitives::{Address, U256};
use anyhow::{Context, Result, anyhow};
use clap::Parser;

use super::store::OfferRecord;
use crate::{args::DelegateArgs, computation::Computation, units::Wei};

/// One line of orders.
#[derive(Parser, Debug, Clone)]
#[command(no_binary_name = true)]
pub struct Order {
    #[command(flatten)]
    pub delegate: DelegateArgs,
    /// Ask the referee contract for a second opinion, for this fee
    #[arg(long, value_name = "AMOUNT", requires = "verifier")]
    appeal: Option<Wei>,
    /// Paid to the referee on top if the job's end proves it right
    #[arg(long, value_name = "AMOUNT", default_value = "0", requires = "appeal")]
    appeal_bonus: Wei,
    /// What the referee puts in [default: twice the job's deposit]
    #[arg(long, value_name = "AMOUNT", requires = "appeal")]
    stake: Option<Wei>,
}

impl Order {
    pub fn offer(&self) -> Option<OfferRecord> {
        let wei = |amount: Wei| U256::from(amount.0);
        self.appeal.map(|fee| OfferRecord {
            fee: wei(fee),
            bonus: wei(self.appeal_bonus),
            stake: self.stake.map(wei),
        })
    }
}

/// A file of orders, read again when it changed.
pub struct Orders {
    path: PathBuf,
    escrow: Address,
    last: String,
}

impl Orders {
    pub fn new(path: PathBuf, escrow: Address) -> Self {
        Self {
            path,
            escrow,
            last: String::new(),
        }
    }

    /// Reads the file again the next time, changed or not.
    pub fn again(&mut self) {
        self.last.clear();
    }

    /// The orders, each with a key that is its own, if the file changed since they were last read.
    pub fn read(&mut self) -> Result<Vec<(String, Result<Order>)>> {
        let text = fs::read_to_string(&self.path)
            .with_context(|| format!("cannot read the orders {}", self.path.display()))?;
        if text == self.last {
            return Ok(Vec::new());
        }
        let orders = parse(&text, self.escrow, &self.path);
        self.last = text;
        Ok(orders)
    }
}

/// Empty lines and those that begin with `#` say nothing. The same line twice asks for two jobs.
fn parse(text: &str, escrow: Address, path: &Path) -> Vec<(String, Result<Order>)> {
    let mut times: HashMap<String, u32> = HashMap::new();
    let escrow = escrow.to_string();
    text.lines()
        .enumerate()
        .map(|(at, line)| (at + 1, line.trim()))
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
        .flat_map(|(at, line)| {
            let words: Vec<&str> = line.split_whitespace().collect();
            let nth = times.entry(words.join(" ")).or_default();
            *nth += 1;
            let key = format!("{nth} {}", words.join(" "));
            let order = Order::try_parse_from(words.into_iter().chain(["--escrow", &escrow])).map_err(|error| {
                let error = error.to_string();
                let reason = error.lines().next().unwrap_or_default().trim_start_matches("error: ");
                anyhow!("line {at} of {} is no order: {reason}", path.display())
            });
            parts(key, order)
        })
        .collect()
}

/// An order that shares its task among several jobs, as one for each.
fn parts(key: String, order: Result<Order>) -> Vec<(String, Result<Order>)> {
    let split = order.as_ref().ok().and_then(|order| order.delegate.split);
    let (Ok(order), Some(split)) = (&order, split) else {
        return vec![(key, order)];
    };
    match Computation::split(&order.delegate.task, split) {
        Ok(tasks) => (1..)
            .zip(tasks)
            .map(|(number, task)| {
                let mut part = order.clone();
                (part.delegate.task, part.delegate.split) = (task, None);
                (format!("{key}, part {number}"), Ok(part))
            })
            .collect(),
        Err(error) => vec![(key, Err(error))],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, Result<Order>)> {
        parse(text, Address::repeat_byte(1), Path::new("orders"))
    }

    #[test]
    fn lines_are_orders_in_the_words_of_delegate() {
        let orders = read("# the primes\nprimes:0..100  --reward 0.5\n\nprimes:0..100 --reward 0.5\n");
        let keys: Vec<&str> = orders.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, ["1 primes:0..100 --reward 0.5", "2 primes:0..100 --reward 0.5"]);
        let order = orders[0].1.as_ref().unwrap();
        assert_eq!(order.delegate.task, "primes:0..100");
        assert_eq!(order.delegate.reward, Wei(5 * 10u128.pow(17)));
        assert_eq!(order.delegate.escrow, Some(Address::repeat_byte(1)));
        assert_eq!(order.offer(), None);
    }

    #[test]
    fn a_split_order_is_one_for_each_part() {
        let orders = read("primes:0..100 --split 2");
        let tasks: Vec<&str> = orders
            .iter()
            .map(|(_, order)| order.as_ref().unwrap().delegate.task.as_str())
            .collect();
        assert_eq!(tasks, ["primes:0..50", "primes:50..100"]);
        assert_ne!(orders[0].0, orders[1].0);
    }

    #[test]
    fn a_second_opinion_needs_a_referee_contract() {
        let verifier = Address::repeat_byte(7);
        let line = format!("primes:0..9 --referee {verifier} --verifier {verifier} --appeal 1wei --stake 2wei");
        let order = read(&line).remove(0).1.unwrap();
        let offer = order.offer().unwrap();
        assert_eq!((offer.fee, offer.stake), (U256::from(1), Some(U256::from(2))));
        let error = read("primes:0..9 --stake 1wei").remove(0).1.unwrap_err().to_string();
        assert!(error.contains("line 1 of orders is no order"), "{error}");
    }
}
