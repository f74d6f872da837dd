//! The life of a job as a picture of where it stands: a map of the phases, the passed ones ticked, the present one in a
//! heavy frame.

use surety_contracts::{Fault, Phase};

use super::Standing;
use crate::names;

/// How a piece of text is to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// What may come, and the lines between.
    Dim,
    Plain,
    /// What is past.
    Passed,
    /// Where the job stands, and may go on.
    Now,
    /// Where it ended well.
    Good,
    /// Where it ended with a worker that lost its deposit.
    Bad,
    /// The line that is selected, and the head of a screen.
    Reversed,
    /// Something is wrong with what is seen.
    Alert,
}

/// Text in one look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    pub text: String,
    pub tone: Tone,
}

/// Lines of text.
pub type Picture = Vec<Vec<Run>>;

/// Columns of the widest map.
pub const WIDE: usize = 80;

/// A picture that fits into so many columns.
pub fn picture(standing: &Standing<'_>, columns: usize) -> Picture {
    if columns >= WIDE { map(standing) } else { list(standing) }
}

/// Whether a job was in a phase, as far as its state tells, is in it, or may come to it.
fn tone(standing: &Standing<'_>, phase: Phase) -> Tone {
    let now = standing.phase();
    if phase == now {
        return match now {
            Phase::Paid => Tone::Good,
            Phase::Refunded => Tone::Plain,
            Phase::Forfeited | Phase::Convicted => Tone::Bad,
            _ => Tone::Now,
        };
    }
    if passed(standing, phase) {
        Tone::Passed
    } else {
        Tone::Dim
    }
}

fn passed(standing: &Standing<'_>, phase: Phase) -> bool {
    let now = standing.phase();
    let has_result = matches!(
        now,
        Phase::Committed | Phase::Demanded | Phase::Disputed | Phase::Paid | Phase::Convicted
    );
    match phase {
        Phase::Open => now != Phase::None && now != Phase::Open,
        Phase::Taken => matches!(now, Phase::Sealed | Phase::Forfeited) || has_result,
        Phase::Sealed => has_result,
        Phase::Committed => has_result && now != Phase::Committed,
        Phase::Demanded => {
            let withheld = now == Phase::Convicted && standing.job().fault == Fault::Withheld;
            withheld || (has_result && standing.view.pending.demandBy != 0)
        }
        _ => false,
    }
}

/// Tick, dot or nothing, and the name of the phase.
fn label(phase: Phase, tone: Tone) -> String {
    let mark = match tone {
        Tone::Passed => '✓',
        Tone::Dim => ' ',
        _ => '●',
    };
    format!("{mark} {}", names::phase_title(phase))
}

/// One line for each phase of the straight way, with what else it can lead to.
fn list(standing: &Standing<'_>) -> Picture {
    let mut steps = vec![
        (Phase::Open, vec![Phase::Refunded]),
        (Phase::Taken, vec![Phase::Forfeited]),
        (Phase::Committed, vec![Phase::Demanded, Phase::Convicted]),
        (Phase::Paid, vec![]),
    ];
    if standing.terms.isSealed {
        steps.insert(2, (Phase::Sealed, vec![]));
    }
    if disputable(standing) {
        for (phase, others) in &mut steps {
            if *phase == Phase::Committed {
                others.insert(1, Phase::Disputed);
            }
        }
    }
    let mut lines = Vec::new();
    for (at, (phase, others)) in steps.into_iter().enumerate() {
        if at > 0 {
            lines.push(vec![dim("│")]);
        }
        let tone_of = tone(standing, phase);
        let mut line = vec![Run {
            text: format!("{:<12}", label(phase, tone_of)),
            tone: tone_of,
        }];
        for (nth, other) in others.into_iter().enumerate() {
            line.push(dim(if nth == 0 { " ─▶ " } else { ", " }));
            let tone_of = tone(standing, other);
            line.push(Run {
                text: label(other, tone_of).trim_start().to_owned(),
                tone: tone_of,
            });
        }
        lines.push(line);
    }
    lines
}

fn dim(text: &str) -> Run {
    Run {
        text: text.to_owned(),
        tone: Tone::Dim,
    }
}

fn disputable(standing: &Standing<'_>) -> bool {
    standing.terms.predicate.is_zero() && !standing.terms.referee.is_zero()
}

/// Boxes with arrows: the straight way above, the ways out of it below.
fn map(standing: &Standing<'_>) -> Picture {
    let sealed = standing.terms.isSealed;
    let mut canvas = Canvas::default();
    // The straight way, a gap of five columns between boxes.
    let mut way = vec![Phase::Open, Phase::Taken, Phase::Committed, Phase::Paid];
    if sealed {
        way.insert(2, Phase::Sealed);
    }
    let mut places = Vec::new();
    let mut x = 0;
    for phase in way {
        if x > 0 {
            canvas.put(x, 1, "────▶", Tone::Dim);
            x += 5;
        }
        let width = canvas.frame(x, 0, standing, &[phase]);
        places.push((phase, x));
        x += width;
    }
    let left = |phase| places.iter().find(|(other, _)| *other == phase).map_or(0, |(_, x)| *x);
    let (taken, committed) = (left(Phase::Taken), left(Phase::Committed));

    let below = 5;
    canvas.frame(0, below, standing, &[Phase::Refunded]);
    canvas.down(4, "not taken");
    canvas.down(taken + 4, "late");
    if sealed {
        canvas.frame(taken + 2, below, standing, &[Phase::Forfeited]);
    } else {
        canvas.frame(taken, below, standing, &[Phase::Forfeited]);
    }
    let demanded: &[Phase] = if disputable(standing) {
        &[Phase::Demanded, Phase::Disputed]
    } else {
        &[Phase::Demanded]
    };
    let width = canvas.frame(committed, below, standing, demanded);
    canvas.down(committed + 3, "");
    canvas.put(committed + 6, 3, "▲", Tone::Dim);
    canvas.put(committed + 6, 4, "│", Tone::Dim);
    // From the frame's right corner across to the conviction.
    let convicted = if sealed { committed + 17 } else { committed + 20 };
    let gap = convicted - committed - width;
    canvas.put(
        committed + width,
        below + 1,
        &format!("{}▶", "─".repeat(gap - 1)),
        Tone::Dim,
    );
    canvas.frame(convicted, below, standing, &[Phase::Convicted]);
    let across = convicted + 4 - (committed + 11);
    canvas.put(committed + 11, 3, &format!("└{}┐", "─".repeat(across - 1)), Tone::Dim);
    canvas.put(convicted + 4, 4, "▼ judged", Tone::Dim);
    canvas.lines()
}

/// Characters with their looks, by row and column.
#[derive(Default)]
struct Canvas {
    rows: Vec<Vec<(char, Tone)>>,
}

impl Canvas {
    fn put(&mut self, x: usize, y: usize, text: &str, tone: Tone) {
        if self.rows.len() <= y {
            self.rows.resize_with(y + 1, Vec::new);
        }
        let Some(row) = self.rows.get_mut(y) else { return };
        for (at, letter) in text.chars().enumerate() {
            if row.len() <= x + at {
                row.resize(x + at + 1, (' ', Tone::Dim));
            }
            if let Some(cell) = row.get_mut(x + at) {
                *cell = (letter, tone);
            }
        }
    }

    /// A way out of the straight way.
    fn down(&mut self, x: usize, why: &str) {
        self.put(x, 3, "│", Tone::Dim);
        self.put(x, 4, format!("▼ {why}").trim_end(), Tone::Dim);
    }

    /// A frame around the names of phases; returns its width.
    fn frame(&mut self, x: usize, y: usize, standing: &Standing<'_>, phases: &[Phase]) -> usize {
        let tones: Vec<Tone> = phases.iter().map(|phase| tone(standing, *phase)).collect();
        let here = tones.iter().find(|tone| !matches!(tone, Tone::Dim | Tone::Passed));
        let (corners, across, side) = match here {
            Some(_) => (['┏', '┓', '┗', '┛'], "━", "┃"),
            None => (['┌', '┐', '└', '┘'], "─", "│"),
        };
        let edge = here.or(tones.first()).copied().unwrap_or(Tone::Dim);
        let inner = phases
            .iter()
            .map(|phase| names::phase_title(*phase).len())
            .max()
            .unwrap_or(0)
            + 4;
        let [top_left, top_right, bottom_left, bottom_right] = corners;
        let line = across.repeat(inner);
        self.put(x, y, &format!("{top_left}{line}{top_right}"), edge);
        for (at, (phase, tone)) in phases.iter().zip(&tones).enumerate() {
            self.put(x, y + 1 + at, side, edge);
            self.put(
                x + 1,
                y + 1 + at,
                &format!(" {:<w$} ", label(*phase, *tone), w = inner - 2),
                *tone,
            );
            self.put(x + 1 + inner, y + 1 + at, side, edge);
        }
        self.put(
            x,
            y + 1 + phases.len(),
            &format!("{bottom_left}{line}{bottom_right}"),
            edge,
        );
        inner + 2
    }

    fn lines(self) -> Picture {
        self.rows
            .into_iter()
            .map(|row| {
                let mut runs: Vec<Run> = Vec::new();
                for (letter, tone) in row {
                    match runs.last_mut() {
                        Some(run) if run.tone == tone => run.text.push(letter),
                        _ => runs.push(Run {
                            text: letter.to_string(),
                            tone,
                        }),
                    }
                }
                runs
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::look::sample::{self, CLOCK};

    fn drawn(seen: &crate::look::Seen, columns: usize) -> String {
        let lines = picture(&seen.at(CLOCK), columns);
        let lines: Vec<String> = lines
            .iter()
            .map(|line| line.iter().map(|run| run.text.as_str()).collect::<String>())
            .collect();
        lines.join("\n")
    }

    fn all() -> impl Iterator<Item = Phase> {
        (Phase::Open as u8..=Phase::Convicted as u8).map(|number| Phase::try_from(number).expect("a phase"))
    }

    #[test]
    fn every_phase_is_on_the_map_once_and_is_the_one_marked() {
        for columns in [WIDE, 50] {
            for phase in all() {
                let mut seen = sample::job(phase);
                seen.terms.isSealed = true;
                let drawn = drawn(&seen, columns);
                assert_eq!(drawn.matches('●').count(), 1, "{phase:?}:\n{drawn}");
                assert!(drawn.contains(&format!("● {}", names::phase_title(phase))), "{drawn}");
                assert!(drawn.lines().all(|line| line.chars().count() <= columns), "{drawn}");
            }
        }
    }

    #[test]
    fn what_is_past_is_ticked() {
        let ticked = |phase| {
            let mut seen = sample::job(phase);
            seen.terms.isSealed = true;
            drawn(&seen, 50).matches('✓').count()
        };
        assert_eq!(ticked(Phase::Open), 0);
        assert_eq!(ticked(Phase::Sealed), 2);
        assert_eq!(ticked(Phase::Paid), 4);
        let mut withheld = sample::job(Phase::Convicted);
        withheld.view.job.fault = Fault::Withheld;
        assert!(drawn(&withheld, WIDE).contains("✓ Demanded"));
    }

    #[test]
    fn phases_that_the_terms_rule_out_are_left_away() {
        let mut seen = sample::job(Phase::Taken);
        seen.terms.predicate = alloy::primitives::Address::repeat_byte(9);
        let drawn = drawn(&seen, WIDE);
        assert!(!drawn.contains("Sealed") && !drawn.contains("Disputed"), "{drawn}");
    }
}
