//! What contracts log, against the decoder of their interface.

use alloy_primitives::{Address, B256, Log};
use alloy_sol_types::SolEvent;
use surety_contracts::{IEscrow, IReferee, Phase};
use surety_native::{BOND, DEPOSIT, Native, STAKE, Work, World};

/// The events of one kind since the last look. Each has the encoding that its interface gives it, to the byte.
fn logged<E: SolEvent>(world: &World<Native>, contract: Address) -> Vec<E> {
    let logs = world.platform.chain.take_logs();
    let of_kind = logs
        .into_iter()
        .filter(|log| log.address == contract && log.topics.first() == Some(&E::SIGNATURE_HASH));
    of_kind
        .map(|log| {
            let event = E::decode_raw_log_validate(&log.topics, &log.data).expect("an event of the interface");
            let again = Log {
                address: contract,
                data: event.encode_log_data(),
            };
            assert_eq!(
                (again.data.topics(), &again.data.data[..]),
                (&log.topics[..], &log.data[..])
            );
            event
        })
        .collect()
}

#[test]
fn a_demand_logs_its_indices_and_when_they_are_due() {
    let world = World::<Native>::plain(|_| {});
    world.delegate().take().submit();
    world.demand(&[0, 3, 7]);
    let [event] = &logged::<IEscrow::Demanded>(&world, world.escrow)[..] else {
        panic!("one demand, one event")
    };
    assert_eq!((event.jobId, &event.indices[..]), (world.id(), &[0, 3, 7][..]));
    assert_eq!(event.answerBy, world.job().clock);
}

#[test]
fn a_case_logs_how_reputations_change() {
    let world = World::<Native>::new(|_| {});
    world.both_revealed();
    world.accept().settle();
    let events = logged::<IReferee::ReputationChanged>(&world, world.verifier);
    let said: Vec<(Address, B256, i8, u128)> = events
        .iter()
        .map(|event| (event.account, event.jobId, event.change, event.stake.to()))
        .collect();
    let id = world.id();
    assert_eq!(said, [(world.worker, id, 1, DEPOSIT), (world.referee, id, 1, STAKE)]);
}

#[test]
fn a_demand_may_be_as_large_as_its_answer_fits() {
    let indices: Vec<u64> = (0..64).collect();
    // 78 elements: seven levels. 64 times 544, 7 x 32 and 256 bytes are 64 KiB.
    let world = |max_element| {
        let mut world = World::<Native>::plain(|terms| terms.maxElement = max_element);
        world.work = Work::of(&(0..78).collect::<Vec<_>>());
        world.delegate().take().submit();
        world
    };
    let fits = world(544);
    fits.demand(&indices);
    assert_eq!(fits.job().phase, Phase::Demanded);
    let larger = world(545);
    let error = IEscrow::DemandTooLarge {
        size: 65_600,
        limit: 65_536,
    };
    let call = larger.demand_call(&indices);
    larger.refuses(larger.client, larger.escrow, 64 * BOND, &call, error);
}
