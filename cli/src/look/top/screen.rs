//! What is on the screen: a list of jobs, and below it the life of the one that is selected.

use alloy::primitives::{Address, B256};

use super::watcher::Snapshot;
use crate::{
    context::is_terminal,
    look::{
        Seen,
        history::Entry,
        money,
        moves::moves,
        picture::{Picture, Run, Tone, WIDE, picture},
        status::{tone, until, wrapped},
    },
    units,
};

/// Enough of an id to tell it from others.
const SHORT: usize = 10;
const KEYS: &str = " ↑↓ select   PgUp PgDn scroll   q quit";

#[derive(Default)]
pub struct Screen {
    /// The selected job stays selected when others come or end.
    selected: Option<B256>,
    /// Its place in the list, and the list, as it stood last.
    place: usize,
    ids: Vec<B256>,
    /// Lines of the lower part that are above its edge.
    scrolled: usize,
}

impl Screen {
    pub fn selected(&self) -> Option<B256> {
        self.selected
    }

    /// Finds the selected job in a new list; the first one if it is gone.
    pub fn keep_selection(&mut self, snapshot: &Snapshot) {
        self.ids = snapshot.jobs.iter().map(|seen| seen.id).collect();
        let place = self.ids.iter().position(|id| Some(*id) == self.selected);
        self.pick(place.unwrap_or(0));
    }

    /// Moves the selection, no further than to the ends.
    pub fn step(&mut self, by: isize) {
        let place = self.place.saturating_add_signed(by);
        self.pick(place.min(self.ids.len().saturating_sub(1)));
        self.scrolled = 0;
    }

    pub fn scroll(&mut self, by: isize) {
        self.scrolled = self.scrolled.saturating_add_signed(by);
    }

    fn pick(&mut self, place: usize) {
        self.place = place;
        self.selected = self.ids.get(place).copied();
    }

    /// Lines that fit a terminal of so many columns and rows.
    pub fn lines(&mut self, snapshot: &Snapshot, (columns, rows): (usize, usize)) -> Picture {
        let mut lines = vec![header(snapshot, columns)];
        if let Some(trouble) = &snapshot.trouble {
            lines.push(vec![run(format!(" {trouble}; trying again "), Tone::Alert)]);
        }
        // The list gets what it needs, up to a third; the rest is for one job at length.
        let room = (rows / 3).max(3);
        let first = (self.place + 1).saturating_sub(room);
        lines.push(vec![run(
            row(["job", "phase", "in escrow", "you", "clock"], columns),
            Tone::Dim,
        )]);
        for (place, seen) in snapshot.jobs.iter().enumerate().skip(first).take(room) {
            lines.push(job(seen, snapshot, columns, place == self.place));
        }
        lines.push(vec![run("─".repeat(columns), Tone::Dim)]);
        let life = match snapshot.jobs.iter().find(|seen| Some(seen.id) == self.selected) {
            Some(seen) => life(seen, snapshot, columns),
            None => {
                let text = match snapshot.account {
                    Some(account) => format!("{account} has no part in any job yet"),
                    None => "there are no jobs yet".to_owned(),
                };
                vec![vec![run(format!(" {text}"), Tone::Plain)]]
            }
        };
        let room = rows.saturating_sub(lines.len() + 1);
        self.scrolled = self.scrolled.min(life.len().saturating_sub(room));
        lines.extend(life.into_iter().skip(self.scrolled).take(room));
        lines.resize(rows.saturating_sub(1), Vec::new());
        lines.push(vec![run(KEYS.to_owned(), Tone::Dim)]);
        lines.truncate(rows);
        lines.into_iter().map(|line| clipped(line, columns)).collect()
    }
}

fn run(text: String, tone: Tone) -> Run {
    Run { text, tone }
}

/// The part of a line that fits.
fn clipped(line: Vec<Run>, columns: usize) -> Vec<Run> {
    let mut left = columns;
    line.into_iter()
        .map(|Run { text, tone }| {
            let text: String = text.chars().take(left).collect();
            left -= text.chars().count();
            Run { text, tone }
        })
        .collect()
}

fn header(snapshot: &Snapshot, columns: usize) -> Vec<Run> {
    let ended = snapshot
        .jobs
        .iter()
        .filter(|seen| is_terminal(seen.view.job.phase))
        .count();
    let running = snapshot.jobs.len() - ended;
    let mut text = format!(
        " surety  {}, block {}",
        snapshot.network,
        units::grouped(snapshot.moment.block)
    );
    let counts = format!("{running} running, {ended} ended ");
    let time = format!(", {}", units::moment(snapshot.moment.now));
    if text.len() + time.len() + counts.len() < columns {
        text += &time;
    }
    let gap = columns.saturating_sub(text.len() + counts.len()).max(1);
    vec![run(format!("{text}{}{counts}", " ".repeat(gap)), Tone::Reversed)]
}

/// A line of the list. What is told below as well is left away where there is no room.
fn row([id, phase, stake, roles, clock]: [&str; 5], columns: usize) -> String {
    if columns < WIDE {
        return format!("  {id:<SHORT$}  {phase:<12}{clock}");
    }
    format!("  {id:<SHORT$}  {phase:<22}{stake:<16}{roles:<16}{clock}")
}

fn job(seen: &Seen, snapshot: &Snapshot, columns: usize, selected: bool) -> Vec<Run> {
    let now = snapshot.moment.now;
    let standing = seen.at(now);
    let id: String = seen.id.to_string().chars().take(SHORT).collect();
    let clock = standing
        .deadline()
        .map(|deadline| until(&deadline, now))
        .unwrap_or_default();
    let stake = match money::in_escrow(&standing) {
        stake if stake.is_zero() => String::new(),
        stake => units::ether(stake),
    };
    let roles = snapshot
        .account
        .map(|account| seen.roles(account).join(", "))
        .unwrap_or_default();
    let text = row([&id, &standing.phase_text(), &stake, &roles, &clock], columns);
    // An arrow too: not every terminal shows looks.
    match selected {
        true => vec![run(text.replacen(' ', "▶", 1), Tone::Reversed)],
        false => vec![run(text, tone(&standing))],
    }
}

/// One job: its picture, the money, the next steps, and its history, the latest first.
fn life(seen: &Seen, snapshot: &Snapshot, columns: usize) -> Picture {
    let standing = seen.at(snapshot.moment.now);
    let mut lines = vec![vec![run(format!(" {}", seen.id), Tone::Plain)], Vec::new()];
    for runs in picture(&standing, columns.saturating_sub(2)) {
        lines.push([run(" ".to_owned(), Tone::Plain)].into_iter().chain(runs).collect());
    }
    lines.push(Vec::new());
    if let Some(deadline) = standing.deadline() {
        let mut clock = until(&deadline, standing.now);
        if deadline.at >= standing.now {
            clock += &format!("; then {}", deadline.then);
        }
        lines.extend(entry("clock", &clock, columns));
    }
    for stake in money::stakes(&standing) {
        let account = match stake.account {
            Address::ZERO => "whoever comes first".to_owned(),
            account => account.to_string(),
        };
        let money = match stake.put_in.is_zero() {
            true => String::new(),
            false => format!(", {} in: {}", units::ether(stake.put_in), stake.outlook),
        };
        lines.extend(entry(stake.role, &format!("{account}{money}"), columns));
    }
    let moves = moves(&standing, None);
    if !moves.is_empty() {
        lines.push(vec![run(" next".to_owned(), Tone::Dim)]);
    }
    for next in moves {
        let text = match next.command {
            Some(command) => format!("{command}  ({})", next.what),
            None => next.what.to_owned(),
        };
        lines.extend(entry(next.who, &text, columns));
    }
    lines.push(vec![run(" history".to_owned(), Tone::Dim)]);
    match &snapshot.history {
        Some((id, entries)) if *id == seen.id => {
            lines.extend(entries.iter().rev().flat_map(|entry| event(entry, columns)));
        }
        _ => lines.push(vec![run("  ...".to_owned(), Tone::Dim)]),
    }
    lines
}

fn entry(name: &str, text: &str, columns: usize) -> Picture {
    const INDENT: usize = 12;
    let wrapped = wrapped(INDENT, text, columns);
    wrapped
        .lines()
        .enumerate()
        .map(|(at, line)| {
            let name = if at == 0 { name } else { "" };
            vec![
                run(format!("  {name:<w$}", w = INDENT - 2), Tone::Dim),
                run(line.trim_start().to_owned(), Tone::Plain),
            ]
        })
        .collect()
}

fn event(event: &Entry, columns: usize) -> Picture {
    const INDENT: usize = 4;
    let mut text = event.text.clone();
    if !event.flows.is_empty() {
        text += &format!(" ({})", event.money());
    }
    let mut lines = vec![vec![run(format!("  {}", units::moment(event.time)), Tone::Dim)]];
    let wrapped = wrapped(INDENT, &text, columns);
    lines.extend(wrapped.lines().map(|line| vec![run(line.to_owned(), Tone::Plain)]));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::look::{board::Moment, sample};
    use surety_contracts::Phase;

    fn snapshot(phases: &[Phase]) -> Snapshot {
        let jobs = (1..).zip(phases).map(|(number, phase)| Seen {
            id: B256::repeat_byte(number),
            ..sample::job(*phase)
        });
        Snapshot {
            network: "devnet".to_owned(),
            chain_id: 412_346,
            account: Some(sample::terms().client),
            moment: Moment {
                block: 1234,
                now: 4_000,
            },
            jobs: jobs.collect(),
            history: None,
            trouble: None,
        }
    }

    fn drawn(screen: &mut Screen, snapshot: &Snapshot, columns: usize, rows: usize) -> String {
        screen.keep_selection(snapshot);
        let lines = screen.lines(snapshot, (columns, rows));
        assert_eq!(lines.len(), rows);
        let text = |line: &Vec<Run>| line.iter().map(|run| run.text.as_str()).collect::<String>();
        let lines: Vec<String> = lines.iter().map(text).collect();
        assert!(lines.iter().all(|line| line.chars().count() <= columns), "{lines:#?}");
        lines.join("\n")
    }

    #[test]
    fn the_list_and_the_selected_job_are_on_the_screen() {
        let snapshot = snapshot(&[Phase::Committed, Phase::Paid]);
        let mut screen = Screen::default();
        let first = drawn(&mut screen, &snapshot, 110, 50);
        for part in [
            "block 1,234",
            "1 running, 1 ended",
            "▶ 0x01010101",
            "0x02020202",
            "● Committed",
            "surety accept",
        ] {
            assert!(first.contains(part), "{part} is missing:\n{first}");
        }
        screen.step(1);
        let second = drawn(&mut screen, &snapshot, 110, 50);
        assert!(second.contains("● Paid") && !second.contains("● Committed"), "{second}");
        screen.step(isize::MAX);
        screen.step(isize::MIN);
        assert_eq!(screen.selected(), Some(B256::repeat_byte(1)));
    }

    #[test]
    fn the_selection_stays_with_its_job_and_in_sight() {
        let mut all = snapshot(&[Phase::Open; 40]);
        let mut screen = Screen::default();
        drawn(&mut screen, &all, 100, 30);
        screen.step(30);
        assert!(drawn(&mut screen, &all, 100, 30).contains("▶ 0x1f1f1f1f"));
        all.jobs.reverse();
        drawn(&mut screen, &all, 100, 30);
        assert_eq!(screen.selected(), Some(B256::repeat_byte(31)));
        all.jobs.clear();
        assert!(drawn(&mut screen, &all, 100, 30).contains("no part in any job"));
    }

    #[test]
    fn a_lost_node_is_said_and_the_jobs_stay() {
        let mut lost = snapshot(&[Phase::Taken]);
        lost.trouble = Some("cannot reach http://127.0.0.1:1".to_owned());
        let drawn = drawn(&mut Screen::default(), &lost, 100, 30);
        assert!(drawn.contains("cannot reach") && drawn.contains("● Taken"), "{drawn}");
    }

    #[test]
    fn a_small_terminal_is_no_trouble() {
        let snapshot = snapshot(&[Phase::Sealed]);
        for (columns, rows) in [(40, 20), (20, 8), (5, 3), (1, 1), (0, 0)] {
            let mut screen = Screen::default();
            screen.scroll(1000);
            drawn(&mut screen, &snapshot, columns, rows);
        }
        assert!(drawn(&mut Screen::default(), &snapshot, 44, 30).contains("● Sealed"));
    }
}
