//! Gas and size against `contracts/snapshots`, where the contracts were built with a compiler that stands there.
//! `SURETY_UPDATE=1` writes what was measured instead.

use std::{env, fs, path::PathBuf, process::Command};

use serde_json::{Map, Value, json};

fn measured() -> Value {
    let run = Command::new(env!("CARGO_BIN_EXE_surety"))
        .args(["gas", "--json"])
        .output()
        .expect("the program starts");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    serde_json::from_slice(&run.stdout).expect("JSON")
}

/// A file of figures by compiler.
struct Snapshot {
    path: PathBuf,
    by_compiler: Map<String, Value>,
}

impl Snapshot {
    fn open(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("../contracts/snapshots")
            .join(name);
        let text = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let by_compiler = serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Self { path, by_compiler }
    }

    /// Compares line by line, or writes.
    fn holds(mut self, compiler: &str, figures: &Value) {
        if env::var_os("SURETY_UPDATE").is_some() {
            self.by_compiler.insert(compiler.to_owned(), figures.clone());
            let text = serde_json::to_string_pretty(&self.by_compiler).expect("JSON") + "\n";
            fs::write(&self.path, text).expect("writable");
            return;
        }
        let Some(expected) = self.by_compiler.get(compiler) else {
            println!("no snapshot of {compiler} in {}", self.path.display());
            return;
        };
        let lines = |value: &Value| value.as_object().cloned().unwrap_or_default();
        let (expected, figures) = (lines(expected), lines(figures));
        let changed: Vec<String> = expected
            .keys()
            .chain(figures.keys().filter(|name| !expected.contains_key(*name)))
            .filter(|name| expected.get(*name) != figures.get(*name))
            .map(|name| {
                let show =
                    |figures: &Map<String, Value>| figures.get(name).map_or("nothing".to_owned(), Value::to_string);
                format!("{name}: {} in the snapshot, now {}", show(&expected), show(&figures))
            })
            .collect();
        assert!(
            changed.is_empty(),
            "{} changed; SURETY_UPDATE=1 writes it anew:\n{}",
            self.path.display(),
            changed.join("\n")
        );
    }
}

#[test]
fn gas_and_size_are_those_of_the_snapshots() {
    let measured = measured();
    let compiler = measured["compiler"].as_str().expect("a compiler");
    Snapshot::open("gas.json").holds(compiler, &measured["actions"]);
    let sizes = measured["contracts"]
        .as_array()
        .expect("contracts")
        .iter()
        .map(|contract| {
            let name = contract["name"].as_str().expect("a name").to_owned();
            let figure = |key: &str| (key.to_owned(), contract[key].clone());
            let figures = ["wasm_bytes", "code_bytes", "init_gas", "cached_init_gas"].map(figure);
            (name, Value::Object(figures.into_iter().collect()))
        });
    Snapshot::open("size.json").holds(compiler, &json!(sizes.collect::<Map<_, _>>()));
    // The same compiler makes the same code, wherever and whenever.
    let hashes = measured["contracts"]
        .as_array()
        .expect("contracts")
        .iter()
        .map(|contract| {
            let name = contract["name"].as_str().expect("a name").to_owned();
            (name, contract["code_hash"].clone())
        });
    Snapshot::open("code.json").holds(compiler, &json!(hashes.collect::<Map<_, _>>()));

    // What no compiler changes: nobody pays less than the floor.
    for (action, figures) in measured["actions"].as_object().expect("actions") {
        assert!(
            figures["cached"].as_u64() >= figures["floor"].as_u64(),
            "{action}: {figures}"
        );
        assert!(
            figures["uncached"].as_u64() > figures["cached"].as_u64(),
            "{action}: {figures}"
        );
    }
}

#[test]
fn the_release_note_names_the_code_of_the_snapshots() {
    let note = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../CHANGELOG.md")).expect("a changelog");
    let snapshot = Snapshot::open("code.json").by_compiler;
    let named = |codes: &Map<String, Value>| codes.values().all(|hash| note.contains(hash.as_str().expect("a hash")));
    let whole = snapshot.values().filter_map(Value::as_object).any(named);
    assert!(
        whole,
        "CHANGELOG.md does not name the code hashes of one compiler: {snapshot:#?}"
    );
}
