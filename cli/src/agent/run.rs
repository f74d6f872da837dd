//! The loop: look at the chain, decide about every job, carry it out, wait.

mod acting;
mod intake;
mod labour;

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    net::SocketAddr,
    path::{Path, PathBuf},
    time::{Duration, Instant, SystemTime},
};

use alloy::primitives::{Address, B256, U256};
use anyhow::{Context as _, Result};
use serde_json::json;
use surety_contracts::Terms;
use tokio::{task::JoinSet, time};

use super::{
    action::Facts,
    args::AgentArgs,
    folder::{Folder, Sources},
    labour::{Done, Kind},
    orders::Orders,
    outbox::Outbox,
    role::Role,
    store::{Owner, Record, Store, StoreError},
    voice::Voice,
};
use crate::{
    args::GlobalArgs,
    chain::ChainError,
    commands::interrupted,
    context::{JobContext, closed},
    delivery::{Fetcher, Goods, serve},
    jobfile::JobFile,
    look::{
        Standing, View,
        feed::{Feed, Head},
    },
    names,
    network::Session,
    own::Allowed,
    units,
};

/// A round that takes longer is given up and begun again: the node hangs.
const ROUND: Duration = Duration::from_secs(120);
/// The longest pause between two tries of what does not work.
const LONGEST: Duration = Duration::from_secs(30);
/// A difference between the chain's clock and this computer's that is worth saying.
const SKEW: u64 = 5 * 60;
/// Blocks after which the place in the logs is written down.
const BOOKMARK: u64 = 100;

/// What a long-lived command is asked to do.
pub struct Task {
    pub agent: AgentArgs,
    pub role: Role,
    pub orders: Option<PathBuf>,
    pub from: Vec<String>,
    pub listen: Option<SocketAddr>,
    /// Block from which on jobs are looked for, the first time, by a role that watches all.
    pub since: Option<u64>,
}

struct Agent {
    role: Role,
    session: Session,
    me: Address,
    escrow: Address,
    folder: Folder,
    store: Store,
    outbox: Outbox,
    feed: Feed,
    voice: Voice,
    sources: Sources,
    orders: Option<Orders>,
    fetcher: Fetcher,
    allowed: Allowed,
    jobs: BTreeMap<B256, Known>,
    labour: JoinSet<Finished>,
    busy: HashSet<B256>,
    /// The job whose result is being computed; one at a time takes all processors.
    computing: Option<B256>,
    pauses: HashMap<B256, Pause>,
    interval: Duration,
    bookmark: u64,
    /// The chain's time in the last round.
    now: u64,
    skew_said: bool,
}

/// A piece of work that came to its end.
type Finished = (B256, Kind, Result<Done>);

/// A job of which something is known.
struct Known {
    record: Record,
    terms: Terms,
}

impl Known {
    /// What a role decides by.
    fn facts<'a>(&'a self, me: Address, view: &'a View, now: u64) -> Facts<'a> {
        Facts {
            me,
            standing: Standing {
                now,
                terms: &self.terms,
                view,
            },
            known: &self.record,
        }
    }
}

/// What did not work, and when it is tried again.
struct Pause {
    until: Instant,
    length: Duration,
}

/// Runs until it is interrupted, or cannot keep its books.
pub async fn run(global: &GlobalArgs, task: Task) -> Result<()> {
    let mut voice = Voice::new(global.json);
    let session = connect(global, &mut voice).await?;
    let mut agent = Agent::open(session, voice, task, global.allowed()).await?;
    tokio::select! {
        ended = agent.live() => ended,
        // What is cut off here is taken up again, as after a kill.
        signal = interrupted() => signal.context("cannot wait for signals"),
    }
}

/// Waits for a node that is not there yet; anything else is an error.
async fn connect(global: &GlobalArgs, voice: &mut Voice) -> Result<Session> {
    let mut pause = Duration::from_secs(1);
    let wallet = global.wallet().await?;
    loop {
        match global.signing_with(wallet.clone(), None).await {
            Err(error) if matches!(error.downcast_ref(), Some(ChainError::Unreachable { .. })) => {
                voice.complain(None, &format!("{error}; waiting for it"));
            }
            other => return other,
        }
        time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST);
    }
}

impl Agent {
    async fn open(session: Session, voice: Voice, task: Task, allowed: Allowed) -> Result<Self> {
        let Task { agent: args, role, .. } = task;
        let chain = session.chain.clone();
        let me = chain.account()?;
        let escrow = session.escrow(args.escrow).await?;
        chain.code(escrow).await?;
        let dir = args.dir.unwrap_or_else(|| format!("surety-{}", role.name()).into());
        let folder = Folder::open(&dir)?;
        let owner = Owner {
            role: role.name(),
            chain_id: chain.id(),
            escrow,
            account: me,
        };
        let store = Store::open(&folder.books(), &owner)?;
        let outbox = Outbox::open(&store, args.max_gas_price.map(|most| U256::from(most.0)))?;
        // Whoever knows its jobs by their files reads all of them anew, and needs no old logs.
        let bookmark = if role.watches_all() {
            let since = task.since.unwrap_or_else(|| session.since(escrow));
            store.block()?.unwrap_or(since)
        } else {
            chain.latest().await?.number
        };
        let (mut jobs, mut filed) = (BTreeMap::new(), Vec::new());
        for (id, record) in store.jobs()? {
            if record.has_file {
                filed.push(id);
            }
            if let Some(terms) = record.terms().filter(|_| !record.finished) {
                jobs.insert(id, Known { record, terms });
            }
        }
        let mut agent = Self {
            me,
            escrow,
            feed: Feed::new(escrow, bookmark),
            sources: Sources::new(args.jobs, filed)?,
            orders: task.orders.map(|path| Orders::new(path, escrow)),
            fetcher: Fetcher::new(&task.from)?,
            allowed,
            interval: args.interval,
            labour: JoinSet::new(),
            busy: HashSet::new(),
            computing: None,
            pauses: HashMap::new(),
            now: 0,
            skew_said: false,
            bookmark,
            role,
            session,
            folder,
            store,
            outbox,
            voice,
            jobs,
        };
        agent.greet(&dir, task.listen).await?;
        Ok(agent)
    }

    async fn greet(&mut self, dir: &Path, listen: Option<SocketAddr>) -> Result<()> {
        let mut text = format!(
            "{} {} on chain {} with {} jobs in {}",
            self.role.name(),
            self.me,
            self.session.chain.id(),
            self.jobs.len(),
            dir.display()
        );
        let mut fields = json!({ "role": self.role.name(), "account": self.me, "chainId": self.session.chain.id() });
        if let Some(address) = listen {
            let goods = Goods {
                folder: dir.to_owned(),
                jobs: matches!(self.role, Role::Client(..)),
            };
            let url = format!("http://{}", serve(goods, self.session.chain.clone(), address).await?);
            text += &format!(", serving {url}");
            fields["url"] = url.into();
        }
        self.voice.tell("started", None, &text, fields);
        Ok(())
    }

    async fn live(&mut self) -> Result<()> {
        let mut pause = self.interval;
        loop {
            match time::timeout(ROUND, self.round()).await {
                Ok(Ok(())) => {
                    if pause != self.interval {
                        self.voice.tell("back", None, "the chain answers again", json!({}));
                    }
                    pause = self.interval;
                }
                Ok(Err(error)) if error.downcast_ref::<StoreError>().is_some() => return Err(error),
                Ok(Err(error)) => {
                    self.voice.complain(None, &format!("{error:#}; trying again"));
                    pause = (pause * 2).min(LONGEST);
                }
                Err(_) => self.voice.complain(None, "the node does not answer; trying again"),
            }
            tokio::select! {
                () = time::sleep(pause) => {}
                Some(done) = self.labour.join_next() => self.note(done?)?,
            }
        }
    }

    /// Everything that can be done now.
    async fn round(&mut self) -> Result<()> {
        while let Some(done) = self.labour.try_join_next() {
            self.note(done?)?;
        }
        let latest = self.session.chain.latest().await?;
        let head = Head {
            number: latest.number,
            hash: latest.hash,
        };
        let now = self.session.chain.clock().await?;
        self.now = now;
        self.compare_clocks(now);
        self.read_logs(head).await?;
        self.take_in().await?;
        for settled in self.outbox.settle(&self.session.chain, &self.store).await? {
            self.report(settled)?;
        }
        for (id, known) in &self.jobs {
            if self.feed.is_stale(*id, head) {
                self.feed.look(&self.session.chain, *id, &known.terms, head).await?;
            }
        }
        self.act(now).await
    }

    /// Deadlines follow the chain's clock, whatever this computer's says.
    fn compare_clocks(&mut self, now: u64) {
        let here = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .map_or(0, |since| since.as_secs());
        if here.abs_diff(now) > SKEW && !self.skew_said {
            let side = if now > here { "ahead of" } else { "behind" };
            let text = format!(
                "the chain's clock is {} {side} this computer's; deadlines follow the chain's",
                units::span(here.abs_diff(now))
            );
            self.voice
                .tell("clock", None, &text, json!({ "chain": now, "here": here }));
            self.skew_said = true;
        }
    }

    fn finish(&mut self, id: B256) -> Result<()> {
        let phase = self.feed.view(id).map(|view| names::phase(view.job.phase));
        self.change(id, |record| record.finished = true)?;
        let known = self.jobs.remove(&id);
        self.feed.forget(id);
        self.pauses.remove(&id);
        // Others' jobs end without a word.
        let mine = known.is_some_and(|known| known.record.is_mine());
        if let Some(phase) = phase.filter(|_| mine) {
            self.voice.tell(
                "ended",
                Some(id),
                &format!("the job is {phase}"),
                json!({ "phase": phase }),
            );
        }
        Ok(())
    }

    /// Changes what is known of a job, on the disk too.
    fn change(&mut self, job: B256, edit: impl FnOnce(&mut Record)) -> Result<()> {
        if let Some(known) = self.jobs.get_mut(&job) {
            edit(&mut known.record);
            self.store.set_job(job, &known.record)?;
        }
        Ok(())
    }

    /// The job as the single commands see it. Without its file there are no openings: enough to tick.
    fn context(&self, id: B256) -> Result<(JobContext, View)> {
        let known = self.jobs.get(&id).context("the job is not known")?;
        let view = self.feed.view(id).context("the job was not looked at yet")?;
        let path = self.folder.job(id);
        let file = if known.record.has_file {
            JobFile::read(&path)?
        } else {
            JobFile::new(self.session.chain.id(), self.escrow, "", &known.terms, &closed())
        };
        let context = JobContext::new(self.session.chain.clone(), file, path, self.allowed.clone());
        Ok((context.since(self.session.since(self.escrow)), view.clone()))
    }
}
