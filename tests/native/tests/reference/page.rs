//! What is written: the page, contract by contract.

use crate::{
    reach::calls_by_error,
    source::{Definition, Entry, camel, definitions, function_comments, interface, interface_comments, snake},
};
use std::{collections::BTreeMap, fmt::Write as _};
use surety_native::{CASE_CALLS, JobCall, Native, PACT_CALLS};

const INTRODUCTION: &str = "\
# The contracts, call by call

Written by `SURETY_UPDATE=1 cargo test -p surety-native --test reference` from the interfaces, the comments in the contracts' sources
and the table of phases that the tests go by (`tests/native/src/table.rs`); that test fails when this page says something else.
[PROTOCOL.md](PROTOCOL.md) tells the story that these are the words of, [`contracts/abi`](../contracts/abi) has them for tools.

T1 is `acceptBy`, T2 the taking + `computeWindow`, T3 the result + `disputeWindow`. Amounts are in wei. Times are seconds, those that end in `By`, `After`, `deadline` or `notBefore` since 1970, by the block's clock, and count as
in time up to and including that second. Selectors are the first four bytes of the hash of a signature, topics all of it. A call that
is not `payable` refuses every payment. Terms travel with every call: the chain keeps their hash, the job's id.
";

/// What constructs a contract; the ABI does not name it.
const CONSTRUCTOR: &str = "construct";

/// What the page is about.
struct Contract {
    title: &'static str,
    interface: &'static str,
    folder: &'static str,
    /// Of what the phases are.
    subject: &'static str,
}

const CONTRACTS: [Contract; 4] = [
    Contract {
        title: "Escrow",
        interface: "IEscrow",
        folder: "escrow",
        subject: "the job",
    },
    Contract {
        title: "Referee contract",
        interface: "IReferee",
        folder: "referee",
        subject: "the case",
    },
    Contract {
        title: "Predicate",
        interface: "IPredicate",
        folder: "tasks/predicate",
        subject: "",
    },
    Contract {
        title: "Bribe contract",
        interface: "ICollusion",
        folder: "collusion",
        subject: "the pact",
    },
];

pub fn page() -> String {
    let mut text = INTRODUCTION.to_owned();
    for contract in &CONTRACTS {
        text += &section(contract);
    }
    text + &types()
}

fn section(contract: &Contract) -> String {
    let entries = interface(contract.interface);
    let said = interface_comments(contract.interface);
    let mut comments = function_comments("contracts/src/contract.rs");
    let source = format!("{}/src/lib.rs", contract.folder);
    comments.extend(function_comments(&source));
    let phases = phases(contract.interface);
    let mut text = format!("\n## {}\n\n`{}`, in `{}`.", contract.title, contract.interface, source);
    if let Some(constructor) = comments.get(CONSTRUCTOR) {
        let _ = write!(text, " Constructor: {constructor}");
    }
    text += "\n";
    let of_kind = |kind: &'static str| entries.iter().filter(move |entry| entry.kind == kind);
    let is_view = |entry: &&Entry| matches!(entry.mutability.as_str(), "view" | "pure");
    let explain = |entry: &Entry| {
        let own = comments.get(&entry.name).filter(|comment| !comment.is_empty());
        own.or_else(|| said.get(&entry.name)).cloned().unwrap_or_default()
    };
    let calls: Vec<Vec<String>> = of_kind("function")
        .filter(|entry| !is_view(entry))
        .map(|entry| {
            let allowed = phases.get(&entry.name).cloned().unwrap_or_else(|| "any".into());
            let payable = if entry.mutability == "payable" { "payable" } else { "" };
            vec![
                declaration(entry),
                code(&entry.selector()),
                payable.into(),
                allowed,
                explain(entry),
            ]
        })
        .collect();
    let subject = format!("when {} is", contract.subject);
    table(
        &mut text,
        "Calls",
        &["call", "selector", "", &subject, "what it does, by whom, until when"],
        &calls,
    );
    let views: Vec<Vec<String>> = of_kind("function")
        .filter(is_view)
        .map(|entry| {
            vec![
                declaration(entry),
                code(&entry.selector()),
                code(&entry.returns),
                explain(entry),
            ]
        })
        .collect();
    table(
        &mut text,
        "Views",
        &["view", "selector", "returns", "what it tells"],
        &views,
    );
    let events: Vec<Vec<String>> = of_kind("event")
        .map(|entry| vec![declaration(entry), code(&entry.topic()), comment(&said, entry)])
        .collect();
    table(&mut text, "Events", &["event", "topic 0", ""], &events);
    let names: Vec<String> = of_kind("error").map(|entry| entry.name.clone()).collect();
    let mut calls: Vec<String> = of_kind("function").map(|entry| snake(&entry.name)).collect();
    calls.extend(comments.contains_key(CONSTRUCTOR).then(|| CONSTRUCTOR.to_owned()));
    let ends = calls_by_error(contract.folder, &calls, &names);
    let errors: Vec<Vec<String>> = of_kind("error")
        .map(|entry| {
            let ended = ends.get(&entry.name).map(Vec::as_slice).unwrap_or_default();
            let ended = if ended.len() == calls.len() {
                "every call".to_owned()
            } else {
                ended.iter().map(|call| called(call)).collect::<Vec<_>>().join(", ")
            };
            vec![
                declaration(entry),
                code(&entry.selector()),
                comment(&said, entry),
                ended,
            ]
        })
        .collect();
    table(&mut text, "Errors", &["error", "selector", "", "can end"], &errors);
    text
}

/// A function by its name in the ABI.
fn called(function: &str) -> String {
    match function {
        CONSTRUCTOR => "the constructor".to_owned(),
        function => code(&camel(function)),
    }
}

/// In which phases each call is allowed.
fn phases(interface: &str) -> BTreeMap<String, String> {
    fn words<P: std::fmt::Debug>(phases: &[P]) -> String {
        phases
            .iter()
            .map(|phase| format!("{phase:?}"))
            .collect::<Vec<_>>()
            .join(", ")
    }
    let initial = |name: String| name[..1].to_lowercase() + &name[1..];
    match interface {
        "IEscrow" => {
            let calls = JobCall::ALL.map(|call| (initial(format!("{call:?}")), words(call.phases())));
            calls.into_iter().chain([("delegate".into(), "None".into())]).collect()
        }
        "IReferee" => CASE_CALLS::<Native>()
            .into_iter()
            .map(|(name, phases, _)| (name.into(), words(phases)))
            .collect(),
        "ICollusion" => PACT_CALLS::<Native>()
            .into_iter()
            .map(|(name, phases, _)| (name.into(), words(phases)))
            .chain([("offerBribe".into(), "None".into())])
            .collect(),
        _ => BTreeMap::new(),
    }
}

fn types() -> String {
    let mut text = String::from("\n## Types\n");
    for definition in definitions() {
        let Definition {
            keyword,
            name,
            comment,
            members,
        } = definition;
        let _ = write!(
            text,
            "\n### {name}\n\nA{} {keyword}. {comment}\n\n",
            if keyword == "enum" { "n" } else { "" }
        );
        let rows: Vec<Vec<String>> = members
            .into_iter()
            .enumerate()
            .map(|(number, (member, comment))| match keyword {
                "enum" => vec![number.to_string(), code(&member), comment],
                _ => vec![code(&member), unit(&member).into(), comment],
            })
            .collect();
        let head: [&str; 3] = if keyword == "enum" {
            ["", "value", ""]
        } else {
            ["member", "unit", ""]
        };
        rows_of(&mut text, &head, &rows);
    }
    text
}

/// What a member of a struct is counted in, as the names of this project say it.
fn unit(member: &str) -> &'static str {
    let (kind, name) = member.rsplit_once(' ').unwrap_or_default();
    let ends = |ending: &[&str]| ending.iter().any(|ending| name.ends_with(ending));
    match kind {
        "uint96" | "uint256" => "wei",
        "uint32" if ends(&["Window"]) => "seconds",
        "uint32" if ends(&["Element"]) => "bytes",
        "uint64" if ends(&["By", "After", "clock"]) => "seconds since 1970",
        "uint64" if ends(&["count"]) => "elements",
        _ => "",
    }
}

fn declaration(entry: &Entry) -> String {
    code(&format!("{}({})", entry.name, entry.arguments))
}

fn comment(said: &BTreeMap<String, String>, entry: &Entry) -> String {
    said.get(&entry.name).cloned().unwrap_or_default()
}

fn code(text: &str) -> String {
    if text.is_empty() {
        String::new()
    } else {
        format!("`{text}`")
    }
}

fn table(text: &mut String, title: &str, head: &[&str], rows: &[Vec<String>]) {
    if !rows.is_empty() {
        let _ = write!(text, "\n### {title}\n\n");
        rows_of(text, head, rows);
    }
}

fn rows_of(text: &mut String, head: &[&str], rows: &[Vec<String>]) {
    let _ = writeln!(text, "| {} |", head.join(" | "));
    let _ = writeln!(text, "|{}", "---|".repeat(head.len()));
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| cell.replace('|', "\\|")).collect();
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
}
