//! Result files, and proofs out of them.

use proptest::prelude::*;
use std::{fs, path::Path};
use surety_engine::{
    merkle::{GROUP, Tree},
    result::{Corruption, FileError, Form, Reader, Stored, Writer, beside},
};
use surety_protocol::{
    Digest,
    merkle::{EMPTY_ROOT, leaf_hash, leaf_hashes, verify_inclusion},
};

fn write(path: &Path, elements: &[Vec<u8>]) -> (Digest, u64) {
    let mut writer = Writer::create(path, Form::Set, 8).unwrap();
    elements.iter().for_each(|element| writer.push(element).unwrap());
    writer.finish().unwrap()
}

fn read(path: &Path) -> Result<Vec<Vec<u8>>, FileError> {
    let mut reader = Reader::open(path)?;
    let mut elements = Vec::new();
    while let Some(batch) = reader.batch()? {
        elements.extend(batch.iter().map(<[u8]>::to_vec));
    }
    Ok(elements)
}

fn corruption(path: &Path) -> Corruption {
    match read(path) {
        Err(FileError::Corrupt { reason, .. }) => reason,
        other => panic!("expected a corrupt file, found {other:?}"),
    }
}

/// Elements of several lengths.
fn various() -> Vec<Vec<u8>> {
    (0..5u32)
        .map(|n| n.to_be_bytes()[..n.min(4) as usize].to_vec())
        .collect()
}

fn numbers(count: u64) -> Vec<Vec<u8>> {
    (0..count).map(|n| (3 * n).to_be_bytes().to_vec()).collect()
}

#[test]
fn a_result_survives_the_file_and_leaves_nothing_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("result");
    for elements in [vec![], various(), numbers(600_000)] {
        let (root, count) = write(&path, &elements);
        assert_eq!(count, elements.len() as u64);
        assert_eq!(root, Tree::new(leaf_hashes(&elements)).root());
        assert!(read(&path).unwrap() == elements);
        let reader = Reader::open(&path).unwrap();
        assert_eq!((reader.header().form, reader.header().max_element), (Form::Set, 8));
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    assert_eq!(write(&path, &[]), (EMPTY_ROOT, 0));
}

#[test]
fn no_changed_bit_and_no_other_length_goes_unnoticed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("result");
    write(&path, &various());
    let good = fs::read(&path).unwrap();
    for bit in 0..good.len() * 8 {
        // Another form or a higher maxElement is for the terms to contradict.
        let byte = bit / 8;
        if (8..13).contains(&byte) {
            continue;
        }
        let mut bad = good.clone();
        bad[byte] ^= 1 << (bit % 8);
        fs::write(&path, &bad).unwrap();
        assert!(read(&path).is_err(), "bit {bit}");
    }
    for length in 0..good.len() {
        fs::write(&path, &good[..length]).unwrap();
        assert!(read(&path).is_err(), "length {length}");
    }
    let mut long = good;
    long.push(0);
    fs::write(&path, &long).unwrap();
    assert_eq!(corruption(&path), Corruption::TrailingBytes);
}

#[test]
fn what_is_wrong_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("result");
    assert!(matches!(read(&path), Err(FileError::Open { .. })));
    fs::write(&path, "hello").unwrap();
    assert!(matches!(read(&path), Err(FileError::Magic { .. })));
    let mut file = b"SURETYR\x01\x03".to_vec();
    fs::write(&path, &file).unwrap();
    assert_eq!(corruption(&path), Corruption::Form(3));
    file[8] = 0;
    file.extend([0; 4]);
    fs::write(&path, &file).unwrap();
    assert_eq!(corruption(&path), Corruption::MaxElement(0));
    file[12] = 3;
    file.extend(u64::MAX.to_be_bytes());
    fs::write(&path, &file).unwrap();
    assert_eq!(corruption(&path), Corruption::Count(u64::MAX));
    file[13..21].copy_from_slice(&1u64.to_be_bytes());
    file.extend([0, 4]);
    file.extend([0; 36]);
    fs::write(&path, &file).unwrap();
    assert_eq!(corruption(&path), Corruption::ElementTooLong { index: 0, length: 4 });
    file[22] = 3;
    fs::write(&path, &file).unwrap();
    assert_eq!(corruption(&path), Corruption::Root);
}

#[test]
fn a_writer_takes_nothing_too_long() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("result");
    let mut writer = Writer::create(&path, Form::Table, 2).unwrap();
    writer.push(&[1, 2]).unwrap();
    let refused = writer.push(&[1, 2, 3]);
    assert!(matches!(refused, Err(FileError::TooLong { length: 3, limit: 2 })));
    assert_eq!(writer.finish().unwrap().0, leaf_hash(&[1, 2]));
}

#[test]
fn proofs_from_a_file_are_those_from_memory() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("result");
    let group = GROUP as u64;
    let sizes = [1, 2, group - 1, group, group + 1, 5 * group + 7, 20_000];
    for elements in sizes.map(numbers).into_iter().chain([various()]) {
        let (root, count) = write(&path, &elements);
        let tree = Tree::new(leaf_hashes(&elements));
        let stored = Stored::open(&path).unwrap();
        assert_eq!((stored.root(), stored.count()), (root, count));
        for index in (0..count).step_by(count as usize / 40 + 1).chain([count - 1]) {
            let (element, proof) = stored.prove(index).unwrap();
            assert_eq!(element, elements[index as usize]);
            assert_eq!(proof, tree.prove(index).unwrap(), "{index} of {count}");
            assert_eq!(
                verify_inclusion(&root, count, index, &leaf_hash(&element), &proof),
                Ok(())
            );
        }
        assert!(matches!(stored.prove(count), Err(FileError::NoElement { .. })));
    }
}

#[test]
fn a_place_in_order_is_found_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("result");
    write(&path, &numbers(3000));
    let stored = Stored::open(&path).unwrap();
    for (n, place) in [(0u64, 0), (1, 1), (3, 1), (3000, 1000), (3001, 1001), (u64::MAX, 3000)] {
        assert_eq!(stored.insertion_point(&n.to_be_bytes()).unwrap(), place);
    }
}

/// Above the number of elements from which an index is kept.
const MANY: u64 = (1 << 20) + 300;

#[test]
fn an_index_says_what_reading_would_and_is_not_believed_about_another_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("result");
    let elements = numbers(MANY);
    let (root, _) = write(&path, &elements);
    let read = Stored::open(&path).unwrap();
    assert!(beside(&path, "index").exists());
    let indexed = Stored::open(&path).unwrap();
    for index in [0, 255, 256, MANY / 2, MANY - 1] {
        assert_eq!(indexed.prove(index).unwrap(), read.prove(index).unwrap());
    }
    // A broken index is no index.
    let good = fs::read(beside(&path, "index")).unwrap();
    for at in [3, 20, 41, good.len() / 2, good.len() - 1] {
        let mut bad = good.clone();
        bad[at] ^= 1;
        fs::write(beside(&path, "index"), &bad).unwrap();
        assert_eq!(Stored::open(&path).unwrap().prove(77).unwrap(), read.prove(77).unwrap());
    }
    // An element that is changed behind its back is found by its group's root.
    let mut file = fs::read(&path).unwrap();
    file[21 + 10 * 1000 + 9] ^= 1;
    fs::write(&path, &file).unwrap();
    let changed = Stored::open(&path).unwrap();
    assert_eq!(changed.root(), root);
    assert!(changed.prove(5).is_ok());
    assert!(matches!(changed.prove(1000), Err(FileError::Corrupt { .. })));
    // Another result in its place has another root.
    write(&path, &numbers(10));
    assert_eq!(Stored::open(&path).unwrap().count(), 10);
}

proptest! {
    #[test]
    fn garbage_behind_the_magic_is_an_error_and_no_panic(tail in prop::collection::vec(any::<u8>(), 0..200)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("result");
        fs::write(&path, [&b"SURETYR\x01"[..], &tail].concat()).unwrap();
        prop_assert!(read(&path).is_err());
        prop_assert!(Stored::open(&path).is_err());
    }
}
