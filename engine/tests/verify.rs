//! Checking a file in parallel against comparing it with the right result element by element.

use proptest::prelude::*;
use std::path::Path;
use surety_engine::{
    batch::Batch,
    compute::{Engine, compute},
    result::{Form, Writer},
    verify::{Checked, Extent, Finding, compare, verify},
};
use surety_protocol::merkle::{Tree, leaf_hashes};
use surety_tasks::{Encoded, parse, verify_element};

const TASKS: [&str; 4] = [
    "primes:10..100000",
    "preimage:00:5:7..100000",
    "modexp:65537:ffffffffffffff61:5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a:2000",
    "squarings:12345:fffffffffffffffd:20:2000",
];

fn right(encoded: &Encoded) -> Vec<Vec<u8>> {
    compute(encoded.task().unwrap(), |_| {}).unwrap()
}

/// Writes elements to a file and checks them as the result of a task.
fn checked(encoded: &Encoded, elements: &[Vec<u8>], extent: Extent<'_>) -> Checked {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("result");
    let engine = Engine::new(encoded.task().unwrap());
    write(&path, Form::from(engine.shape()), elements);
    let checked = verify(&engine, &path, extent, |_| {}).unwrap();
    assert_eq!(checked.root, Tree::new(leaf_hashes(elements)).root());
    assert_eq!(checked.count, elements.len() as u64);
    checked
}

fn write(path: &Path, form: Form, elements: &[Vec<u8>]) {
    let mut writer = Writer::create(path, form, 64).unwrap();
    elements.iter().for_each(|element| writer.push(element).unwrap());
    writer.finish().unwrap();
}

/// What one after the other finds.
fn serial(encoded: &Encoded, elements: &[Vec<u8>], right: &[Vec<u8>]) -> Option<Finding> {
    let task = encoded.task().unwrap();
    let engine = Engine::new(task);
    if Form::from(engine.shape()) != Form::Set {
        let wrong = |at: &usize| {
            let previous = at.checked_sub(1).filter(|_| engine.is_sequential());
            let previous = previous.map_or(&[][..], |before| &elements[before]);
            !verify_element(&task, *at as u64, previous, &elements[*at]).unwrap()
        };
        return (0..elements.len())
            .find(wrong)
            .map(|at| Finding::Wrong { at: at as u64 });
    }
    if let Some(at) = elements.windows(2).position(|pair| pair[0] >= pair[1]) {
        return Some(Finding::Disorder { at: at as u64 });
    }
    let at = elements.iter().zip(right).take_while(|(a, b)| a == b).count();
    let missing = |element: &Vec<u8>| Finding::Missing {
        at: at as u64,
        element: element.clone(),
    };
    match (elements.get(at), right.get(at)) {
        (None, None) => None,
        (Some(have), Some(want)) if have > want => Some(missing(want)),
        (None, Some(want)) => Some(missing(want)),
        (Some(_), _) => Some(Finding::Wrong { at: at as u64 }),
    }
}

#[test]
fn a_right_result_has_nothing_wrong() {
    for text in TASKS {
        let encoded = parse(text).unwrap();
        let elements = right(&encoded);
        let some: Vec<u64> = (0..elements.len() as u64).step_by(7).collect();
        for extent in [Extent::All, Extent::Sample(&some), Extent::Sample(&[])] {
            assert_eq!(checked(&encoded, &elements, extent).finding, None, "{text}");
        }
    }
}

#[test]
fn the_ends_of_a_set_are_checked_too() {
    let encoded = parse("primes:0..100").unwrap();
    let elements = right(&encoded);
    let last = elements.len() as u64 - 1;
    let missing = |at: u64| {
        let element = elements[at as usize].clone();
        Some(Finding::Missing { at, element })
    };
    assert_eq!(checked(&encoded, &elements[1..], Extent::All).finding, missing(0));
    assert_eq!(
        checked(&encoded, &elements[..last as usize], Extent::All).finding,
        missing(last)
    );
    assert_eq!(checked(&encoded, &[], Extent::All).finding, missing(0));
    let more = [&elements[..], &[200u64.to_be_bytes().to_vec()]].concat();
    assert_eq!(
        checked(&encoded, &more, Extent::All).finding,
        Some(Finding::Wrong { at: last + 1 })
    );
    let nothing = parse("primes:90..97").unwrap();
    assert_eq!(checked(&nothing, &[], Extent::All).finding, None);
}

#[test]
fn a_wrong_element_is_found_by_a_sample_that_has_it_and_by_no_other() {
    for text in TASKS {
        let encoded = parse(text).unwrap();
        let mut elements = right(&encoded);
        // Still in order, so that nothing but the element itself tells.
        let low = elements[100].last_mut().unwrap();
        *low = low.wrapping_add(1);
        let found = checked(&encoded, &elements, Extent::Sample(&[3, 100, 200])).finding;
        assert_eq!(found, Some(Finding::Wrong { at: 100 }), "{text}");
        let found = checked(&encoded, &elements, Extent::Sample(&[3, 99, 200])).finding;
        assert_eq!(found, None, "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn in_parallel_the_same_is_found_as_one_after_the_other(
        task in 0usize..4, changes in prop::collection::vec((any::<prop::sample::Index>(), 0u8..4, any::<u8>()), 0..4),
    ) {
        let encoded = parse(TASKS[task]).unwrap();
        let right = right(&encoded);
        let mut elements = right.clone();
        for (place, change, byte) in changes {
            let place = place.index(elements.len());
            match change {
                0 => *elements[place].last_mut().unwrap() ^= byte,
                1 if task < 2 => _ = elements.remove(place),
                2 if task < 2 => elements.insert(place, elements[place].clone()),
                _ => elements[place][0] ^= byte,
            }
        }
        prop_assert_eq!(checked(&encoded, &elements, Extent::All).finding, serial(&encoded, &elements, &right));
        // Beside a right result a wrong step spoils all that follow, but the first is the same.
        let folder = tempfile::tempdir().unwrap();
        let own = folder.path().join("own");
        let form = Form::from(encoded.task().unwrap().shape());
        write(&own, form, &right);
        let against = checked(&encoded, &elements, Extent::Against(&own)).finding;
        prop_assert_eq!(&against, &serial(&encoded, &elements, &right));
        let batch = |elements: &[Vec<u8>]| Batch::of(elements).unwrap();
        prop_assert_eq!(compare(form, &batch(&elements), batch(&right)).unwrap(), against);
    }
}
