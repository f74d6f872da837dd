//! The demo as its user runs it: every scenario as the protocol says, and gas that the solver can count on.

use std::{collections::BTreeMap, process::Command};

use serde_json::Value;
use surety_protocol::game::gas::Gas;

#[test]
fn every_scenario_pays_what_the_protocol_says_and_the_solver_counts_the_gas_it_takes() {
    let run = Command::new(env!("CARGO_BIN_EXE_surety"))
        .args(["demo", "--json"])
        .output()
        .expect("the program starts");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let demo: Value = serde_json::from_slice(&run.stdout).expect("JSON");

    let scenarios = demo["scenarios"].as_array().expect("scenarios");
    assert!(!scenarios.is_empty());
    let mut measured: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for scenario in scenarios {
        assert_eq!(scenario["paid"], scenario["expected"], "{}", scenario["name"]);
        for step in scenario["steps"].as_array().expect("steps") {
            if step["status"] == "ok" {
                let call = step["call"].as_str().expect("a name");
                measured
                    .entry(call)
                    .or_default()
                    .push(step["gas"].as_u64().expect("a number"));
            }
        }
    }

    for (call, counted) in Gas::default().calls() {
        let gas = measured.get(call).unwrap_or_else(|| panic!("no scenario calls {call}"));
        let (least, most) = (gas.iter().min().copied(), gas.iter().max().copied());
        assert!(
            least <= Some(*counted) && Some(*counted) <= most,
            "the solver counts {counted} gas for {call}; the demo took {least:?} to {most:?}"
        );
    }
}
