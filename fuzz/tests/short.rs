//! A few hundred cases of each kind, the same ones each time.

use surety_fuzz::{
    bodies::bodies,
    drive::{Limit, Plan, drive},
    front_door::{FrontDoor, Reached},
    programs::{program, programs},
    served::Served,
};

fn plan(cases: u64) -> Plan {
    Plan {
        seed: 1,
        first: 0,
        limit: Limit::Cases(cases),
    }
}

#[test]
fn programs_run_or_are_refused() {
    let mut door = FrontDoor::new();
    assert_eq!(door.enter(&program()), Reached::Ran, "without damage");
    let tried = door.enter_all("surety-fuzz programs", plan(300), &programs());
    assert!(tried.ran > 0 && tried.ran < tried.all, "some of each: {tried}");
}

#[test]
fn requests_are_answered() {
    let mut served = Served::new();
    let real = served.real_requests();
    drive("surety-fuzz requests", plan(500), &bodies(real), |body| {
        served.ask(body)
    });
}
