//! Results over HTTP: what arrives is checked, what was checked stays, and what cannot be had is demanded.

mod support;

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use serde_json::Value;
use support::{CLIENT, WORKER, World, arg, complaint, party::Party};
use surety_protocol::{
    Digest,
    merkle::{leaf_hash, verify_inclusion},
};

/// 41,538 primes: 163 groups of 256 elements.
const PRIMES: &str = "primes:0..500000";
const COUNT: u64 = 41_538;

/// A committed result, the folder of a worker that serves it, and the client's copy of the job in another folder.
struct Scene {
    world: World,
    worker: PathBuf,
    client: PathBuf,
    shop: Party,
}

impl Scene {
    fn new() -> Self {
        let world = World::new();
        let job = world.committed(PRIMES, &["--predicate", &world.predicate]);
        let mine = world.path("mine");
        fs::create_dir(&mine).unwrap();
        let client = mine.join("JOB.json");
        fs::copy(&job, &client).unwrap();
        let folder = job.parent().unwrap().to_owned();
        let shop = Party::start(&world.url, WORKER, &["serve", arg(&folder), "--listen", "127.0.0.1:0"]);
        Self {
            world,
            worker: job,
            client,
            shop,
        }
    }

    fn url(&self) -> String {
        loop {
            match self.shop.address() {
                Some(url) => return url,
                None => thread::sleep(Duration::from_millis(20)),
            }
        }
    }

    fn fetch(&self) -> Value {
        self.world
            .json(CLIENT, &["fetch", arg(&self.client), "--from", &self.url()])
    }

    fn fetched(&self) -> PathBuf {
        self.client.with_extension("result")
    }

    fn partial(&self) -> PathBuf {
        self.client.with_extension("result.download")
    }

    fn served(&self) -> PathBuf {
        self.worker.with_extension("result")
    }

    /// Status, headers and body of an answer.
    fn get(&self, path: &str, header: &str) -> (String, Vec<u8>) {
        let url = self.url();
        let host = url.trim_start_matches("http://");
        let mut stream = TcpStream::connect(host).unwrap();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nhost: {host}\r\n{header}connection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
        let body = answer.split_off(end + 4);
        (String::from_utf8(answer).unwrap().to_lowercase(), body)
    }

    fn id(&self) -> String {
        let job: Value = serde_json::from_slice(&fs::read(&self.client).unwrap()).unwrap();
        job["jobId"].as_str().unwrap().to_owned()
    }
}

fn flip(path: &Path, at: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[at] ^= 1;
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_result_arrives_whole_and_names_its_root() {
    let scene = Scene::new();
    let fetched = scene.fetch();
    assert_eq!(fetched["count"], COUNT);
    assert_eq!(fs::read(scene.fetched()).unwrap(), fs::read(scene.served()).unwrap());
    assert!(!scene.partial().exists());
    let verified = scene.world.json(CLIENT, &["verify", arg(&scene.client), "--all"]);
    assert_eq!(verified["right"], true);

    let root = fetched["root"].as_str().unwrap();
    let path = format!("/results/{}", scene.id());
    let (head, body) = scene.get(&path, "range: bytes=21-40\r\n");
    assert!(
        head.starts_with("http/1.1 206") && head.contains(&format!("x-surety-root: {root}")),
        "{head}"
    );
    assert_eq!(body, fs::read(scene.served()).unwrap()[21..41]);
    let (head, body) = scene.get(&format!("{path}/leaves?indices=0,41537"), "");
    assert!(head.contains("x-surety-count: 41538"), "{head}");
    let leaves: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(
        (&leaves[0]["element"], &leaves[1]["index"]),
        (&"0x0000000000000002".into(), &41_537.into())
    );
    let digest = |text: &Value| -> Digest { hex::decode(&text.as_str().unwrap()[2..]).unwrap().try_into().unwrap() };
    for leaf in leaves.as_array().unwrap() {
        let element = hex::decode(&leaf["element"].as_str().unwrap()[2..]).unwrap();
        let proof: Vec<Digest> = leaf["proof"].as_array().unwrap().iter().map(digest).collect();
        let index = leaf["index"].as_u64().unwrap();
        let root = digest(&fetched["root"]);
        verify_inclusion(&root, COUNT, index, &leaf_hash(&element), &proof).unwrap();
    }

    for (path, expected) in [
        (format!("{path}/leaves?indices=41538"), "400"),
        (format!("{path}/leaves?indices=all"), "400"),
        ("/results/nonsense".to_owned(), "400"),
        (format!("/results/0x{}", "00".repeat(32)), "404"),
        ("/jobs".to_owned(), "404"),
        ("/results/../../etc/passwd".to_owned(), "404"),
    ] {
        let (head, _) = scene.get(&path, "");
        assert!(head.starts_with(&format!("http/1.1 {expected}")), "{path}: {head}");
    }
}

#[test]
fn a_broken_download_goes_on_where_it_was_right() {
    let scene = Scene::new();
    let whole = fs::read(scene.served()).unwrap();
    // Half of it is there, and one byte in its 37th group is not as it was.
    fs::write(scene.partial(), &whole[..whole.len() / 2]).unwrap();
    flip(&scene.partial(), 21 + 9 * 1024 * 10 + 5);
    scene.fetch();
    assert_eq!(fs::read(scene.fetched()).unwrap(), whole);
}

#[test]
fn a_server_that_lies_is_found_out_in_the_group() {
    let scene = Scene::new();
    // The server knows the roots of the groups now.
    let (head, _) = scene.get(&format!("/results/{}/groups", scene.id()), "");
    assert!(head.starts_with("http/1.1 200"), "{head}");
    let honest = fs::read(scene.served()).unwrap();
    flip(&scene.served(), 21 + 20 * 1024 * 10 + 5);
    let refused = scene
        .world
        .refused(CLIENT, &["fetch", arg(&scene.client), "--from", &scene.url()]);
    assert!(refused.contains("elements 20480 to 20735 do not belong"), "{refused}");
    assert!(!scene.fetched().exists());
    assert_eq!(
        fs::read(scene.partial()).unwrap(),
        honest[..21 + 20 * 1024 * 10],
        "what was right before it stays"
    );
    fs::write(scene.served(), &honest).unwrap();
    scene.fetch();
    assert_eq!(fs::read(scene.fetched()).unwrap(), honest);
}

#[test]
fn another_result_than_the_committed_one_is_not_served() {
    let scene = Scene::new();
    scene.world.json(WORKER, &["work", arg(&scene.worker)]);
    let other = scene.world.path("other.json");
    let args = [
        "delegate",
        "primes:0..400000",
        "--escrow",
        &scene.world.escrow,
        "--out",
        arg(&other),
    ];
    scene
        .world
        .json(CLIENT, &[&args[..], &["--predicate", &scene.world.predicate]].concat());
    scene
        .world
        .json(WORKER, &["work", arg(&other), "--out", arg(&scene.served())]);
    let refused = scene
        .world
        .refused(CLIENT, &["fetch", arg(&scene.client), "--from", &scene.url()]);
    assert!(refused.contains("is not the one that was committed"), "{refused}");
    // That of a job without a result on chain is nobody's to see either.
    scene.world.json(WORKER, &["work", arg(&other)]);
    let job: Value = serde_json::from_slice(&fs::read(&other).unwrap()).unwrap();
    let (head, _) = scene.get(&format!("/results/{}", job["jobId"].as_str().unwrap()), "");
    assert!(head.starts_with("http/1.1 404"), "{head}");
}

#[test]
fn what_cannot_be_fetched_is_one_flag_from_a_demand() {
    let scene = Scene::new();
    let nowhere = "http://127.0.0.1:1";
    let refused = complaint(
        &scene
            .world
            .run(CLIENT, &["fetch", arg(&scene.client), "--from", nowhere]),
    );
    assert!(
        refused.contains("cannot fetch") && refused.contains("--demand"),
        "{refused}"
    );
    let args = ["fetch", arg(&scene.client), "--from", nowhere, "--demand", "3"];
    assert_eq!(scene.world.json(CLIENT, &args)["phase"], "demanded");
    scene.world.json(WORKER, &["deliver", arg(&scene.worker)]);
    assert_eq!(scene.world.phase(&scene.client), "committed");
}
