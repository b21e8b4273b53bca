// Included once for each variant of the rules, which are `fleet`.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use self::fleet::{End, Errand, Event, Life, Seen, Step, Terms, refresh_ms};
use crate::{Dice, Outcome, Plan};

/// How long a call may take, and an operation of the store.
const CALL_MS: i64 = 10_000;
const STORE_MS: i64 = 200;
/// As the handle has them.
const FIRST_BACKOFF_MS: i64 = 1_000;
const LONGEST_BACKOFF_MS: i64 = 60_000;
const LOOK_AGAIN_MS: i64 = 1_000;
/// How often a call is made again with another token: the store may have one that was revoked too.
const MOST_REFUSED: u32 = 2;

/// A login's token.
#[derive(Clone, Copy, Debug)]
struct Token {
    /// Which login, in the order in which the platform made them.
    number: u64,
    /// By the clock of whoever logged in.
    life: Life,
    /// By the true time.
    ends_ms: i64,
}

/// A token in a node's memory.
#[derive(Clone, Copy, Debug)]
struct Held {
    token: Token,
    /// When it is due and when it ends, as this node believes; true time, which runs as its monotonic clock does.
    due_ms: i64,
    ends_ms: i64,
}

struct Node {
    /// By how much its wall clock is off.
    off_ms: i64,
    held: Option<Held>,
    refused: u64,
    not_before_ms: i64,
    failures: u32,
    alone: u32,
    alone_from_ms: i64,
    last_alone: [i64; 2],
    way: Option<Way>,
    /// What was planned for it before it died or was refused counts no more.
    epoch: u32,
}

/// An errand under way.
struct Way {
    errand: Errand,
    began_ms: i64,
    deadline_ms: i64,
    lease_ms: i64,
    leased_until_ms: i64,
    /// The record as it was seen last.
    there: Option<(u64, Token)>,
    own: Option<Token>,
    old: Option<Held>,
    /// How often the call was refused.
    refused: u32,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Revoked,
    FailedOver,
    Call,
    Done(Came),
}

/// What comes back to a node from a step.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Came {
    Looked(bool),
    Leased(Option<bool>),
    LoggedIn(u64),
    Wrote(Option<bool>),
    Released,
    Waited,
}

#[derive(Clone, Copy, Default)]
struct Kept {
    record: Option<(u64, Token, i64)>,
    lease: Option<(u64, i64)>,
}

pub struct World {
    plan: Plan,
    dice: Dice,
    now_ms: i64,
    queue: BinaryHeap<Reverse<(i64, u64, usize, u32, What)>>,
    order: u64,
    nodes: Vec<Node>,
    store: Kept,
    /// What the replica has: the store as it was at the last whole second.
    replica: Kept,
    replica_ms: i64,
    writes: u64,
    tokens: Vec<Token>,
    revoked_before: u64,
    seen: Vec<Option<(u64, Token)>>,
    second: (i64, u64),
    outcome: Outcome,
}

fn is_within(spans: &[(i64, i64)], at: i64) -> bool {
    spans.iter().any(|(from, to)| (*from..*to).contains(&at))
}

impl World {
    pub fn run(plan: &Plan) -> Outcome {
        let mut dice = Dice::new(plan.seed);
        let hour = 3_600_000;
        let node = |i: usize| Node {
            off_ms: match i < plan.broken_clocks {
                true => 3 * hour,
                false => dice.below(2 * plan.clocks_ms + 1) - plan.clocks_ms,
            },
            held: None,
            refused: u64::MAX,
            not_before_ms: i64::MIN,
            failures: 0,
            alone: 0,
            alone_from_ms: i64::MIN,
            last_alone: [i64::MIN; 2],
            way: None,
            epoch: 0,
        };
        let nodes: Vec<Node> = (0..plan.nodes).map(node).collect();
        let mut world = World {
            seen: vec![None; plan.nodes],
            plan: plan.clone(),
            dice,
            now_ms: 0,
            queue: BinaryHeap::new(),
            order: 0,
            nodes,
            store: Kept::default(),
            replica: Kept::default(),
            replica_ms: 0,
            writes: 0,
            tokens: Vec::new(),
            revoked_before: 0,
            second: (0, 0),
            outcome: Outcome::default(),
        };
        world.go();
        world.outcome
    }

    fn plan_for(&mut self, node: usize, after_ms: i64, what: What) {
        self.order += 1;
        let epoch = self.nodes[node].epoch;
        let at = self.now_ms + after_ms.max(0);
        self.queue.push(Reverse((at, self.order, node, epoch, what)));
    }

    fn go(&mut self) {
        for node in 0..self.plan.nodes {
            let after = self.dice.gap(self.plan.call_every_ms);
            self.plan_for(node, after, What::Call);
        }
        for at in self.plan.revoked.clone() {
            self.plan_for(0, at, What::Revoked);
        }
        for at in self.plan.fail_overs.clone() {
            self.plan_for(0, at, What::FailedOver);
        }
        while let Some(Reverse((at, _, node, epoch, what))) = self.queue.pop() {
            if at > self.plan.until_ms {
                break;
            }
            if at - self.replica_ms >= 1_000 {
                self.replica = self.store;
                self.replica_ms = at;
            }
            self.now_ms = at;
            match what {
                What::Revoked => {
                    self.revoked_before = self.tokens.len() as u64;
                    self.everybody_calls();
                }
                What::FailedOver => self.store = self.replica,
                _ if epoch != self.nodes[node].epoch => {}
                What::Call => self.call(node, 0),
                What::Done(came) => self.came(node, came),
            }
        }
        let mut held: Vec<u64> = self.nodes.iter().filter_map(|n| n.held).map(|h| h.token.number).collect();
        held.sort_unstable();
        held.dedup();
        self.outcome.tokens_at_end = held.len() as u64;
    }

    /// Only calls that find something else than a fresh token are simulated: somebody has to see that it was revoked.
    fn everybody_calls(&mut self) {
        for node in 0..self.nodes.len() {
            if self.nodes[node].way.is_none() {
                self.nodes[node].epoch += 1;
                let after = self.dice.gap(self.plan.call_every_ms);
                self.plan_for(node, after, What::Call);
            }
        }
    }

    /// The call after this one that need not find a fresh token.
    fn plan_next_call(&mut self, node: usize) {
        let due_ms = match &self.nodes[node].held {
            Some(held) => held.due_ms.max(self.nodes[node].not_before_ms.min(held.ends_ms)),
            None => self.now_ms,
        };
        let after = (due_ms - self.now_ms).max(0) + self.dice.gap(self.plan.call_every_ms);
        self.plan_for(node, after, What::Call);
    }

    fn call(&mut self, node: usize, refused: u32) {
        let now_ms = self.now_ms;
        let state = &self.nodes[node];
        if let Some(held) = state.held.filter(|held| now_ms < held.ends_ms) {
            if now_ms < held.due_ms || now_ms < state.not_before_ms {
                return self.use_token(node, held, refused);
            }
        }
        let old = state.held.filter(|held| now_ms < held.ends_ms);
        // Half of the time left with an old token; half of that is for a login.
        let left_ms = if old.is_some() { CALL_MS / 2 } else { CALL_MS };
        let lease_ms = left_ms / 2 + 3 * STORE_MS + 1_000;
        let errand = Errand::new(Terms {
            has_old: old.is_some(),
            lease_ms,
            alone_from_ms: state.alone_from_ms.saturating_sub(now_ms).max(0),
        });
        self.nodes[node].way = Some(Way {
            errand,
            began_ms: now_ms,
            deadline_ms: now_ms + left_ms,
            lease_ms,
            leased_until_ms: i64::MIN,
            there: None,
            own: None,
            old,
            refused,
        });
        self.step(node, Event::Begin);
    }

    fn step(&mut self, node: usize, event: Event) {
        let now_ms = self.now_ms;
        let way = self.nodes[node].way.as_mut().expect("a way is under way");
        let step = way.errand.next(event, now_ms - way.began_ms);
        let is_alone = way.errand.is_alone();
        match step {
            Step::Look | Step::Lease | Step::Write | Step::Release => self.ask_store(node, step),
            Step::LogIn => self.log_in(node, is_alone),
            Step::Wait(ms) => {
                let ms = ms / 2 + self.dice.below(ms / 2 + 1);
                match now_ms + ms >= self.nodes[node].way.as_ref().expect("a way").deadline_ms {
                    true => self.gave_up(node),
                    false => self.plan_for(node, ms, What::Done(Came::Waited)),
                }
            }
            Step::End(end) => self.end(node, end),
        }
    }

    /// After a step a node may be stopped for a while, or die.
    fn come_back(&mut self, node: usize, after_ms: i64, came: Came) {
        if self.dice.happens(self.plan.deaths) {
            self.outcome.deaths += 1;
            let state = &mut self.nodes[node];
            state.epoch += 1;
            (state.way, state.held) = (None, None);
            let after = self.dice.gap(5_000.0);
            return self.plan_for(node, after, What::Call);
        }
        let mut after_ms = after_ms;
        if self.dice.happens(self.plan.pauses) {
            self.outcome.pauses += 1;
            after_ms += self.dice.below(60_000);
        }
        self.plan_for(node, after_ms, What::Done(came));
    }

    fn ask_store(&mut self, node: usize, step: Step) {
        let second = self.now_ms / 1_000;
        // The first minutes are a cold start of all nodes at once.
        if self.now_ms > 600_000 {
            if self.second.0 != second {
                self.second = (second, 0);
            }
            self.second.1 += 1;
            self.outcome.busiest_second = self.outcome.busiest_second.max(self.second.1);
        }
        let is_down = is_within(&self.plan.store_down, self.now_ms);
        let trouble = self.dice.happens(self.plan.store_troubles);
        let (mut arrives, mut answers) = (!is_down, !is_down);
        if trouble {
            self.outcome.store_troubles += 1;
            // It was lost on the way there, or its answer was.
            arrives &= self.dice.happens(5_000);
            answers = false;
        }
        let told = arrives.then(|| self.in_store(node, step));
        let told = told.filter(|_| answers);
        let after_ms = if answers { 1 + self.dice.below(20) } else { STORE_MS };
        let came = match step {
            Step::Look => Came::Looked(told.is_some()),
            Step::Lease => Came::Leased(told),
            Step::Write => Came::Wrote(told),
            _ => Came::Released,
        };
        self.come_back(node, after_ms, came);
    }

    /// What the store does at this moment.
    fn in_store(&mut self, node: usize, step: Step) -> bool {
        let now_ms = self.now_ms;
        self.store.record = self.store.record.filter(|(.., ends_ms)| now_ms < *ends_ms);
        self.store.lease = self.store.lease.filter(|(_, ends_ms)| now_ms < *ends_ms);
        let way = self.nodes[node].way.as_mut().expect("a way is under way");
        let holder = node as u64;
        match step {
            Step::Look => {
                self.seen[node] = self.store.record.map(|(version, token, _)| (version, token));
                true
            }
            Step::Lease => {
                let is_free = self.store.lease.is_none() || self.plan.no_leases;
                if is_free {
                    self.store.lease = Some((holder, now_ms + way.lease_ms));
                }
                is_free
            }
            Step::Write => {
                let own = way.own.expect("there was a login");
                let there = self.store.record.map(|(version, ..)| version);
                let seen = way.there.map(|(version, _)| version);
                if there != seen && !self.plan.blind_writes {
                    return false;
                }
                let is_newer = |(_, token, _): (u64, Token, i64)| token.number > own.number;
                self.outcome.overwritten += u64::from(self.store.record.is_some_and(is_newer));
                self.writes += 1;
                self.store.record = Some((self.writes, own, now_ms + own.life.lifetime_ms));
                true
            }
            _ => {
                self.store.lease = self.store.lease.filter(|(other, _)| *other != holder);
                true
            }
        }
    }

    fn log_in(&mut self, node: usize, is_alone: bool) {
        let now_ms = self.now_ms;
        let state = &mut self.nodes[node];
        self.outcome.logins += 1;
        if is_alone {
            self.outcome.alone += 1;
            let pause_ms = (FIRST_BACKOFF_MS << state.alone.min(6)).min(LONGEST_BACKOFF_MS);
            state.alone_from_ms = now_ms + pause_ms;
            state.alone += 1;
            let [first, second] = state.last_alone;
            let in_a_second = [first, second].iter().filter(|at| **at > now_ms - 1_000).count();
            self.outcome.alone_in_a_second = self.outcome.alone_in_a_second.max(in_a_second as u64 + 1);
            state.last_alone = [second, now_ms];
        }
        let way = state.way.as_mut().expect("a way is under way");
        if !is_alone && now_ms >= way.leased_until_ms {
            self.outcome.late_logins += 1;
        }
        let within_ms = (CALL_MS / 2).min(way.deadline_ms - now_ms);
        let mut takes_ms = 50 + self.dice.below(450);
        if self.dice.happens(self.plan.slow_logins) {
            takes_ms += self.dice.below(20_000);
        }
        if is_within(&self.plan.platform_down, now_ms) {
            return self.come_back(node, takes_ms.min(within_ms), Came::LoggedIn(u64::MAX));
        }
        // The platform makes the token, whether its answer is waited for or not.
        let number = self.tokens.len() as u64;
        self.tokens.push(Token {
            number,
            life: Life {
                issued_unix_ms: now_ms + self.nodes[node].off_ms,
                lifetime_ms: self.plan.lifetime_ms,
            },
            ends_ms: now_ms + self.plan.lifetime_ms,
        });
        match takes_ms < within_ms {
            true => self.come_back(node, takes_ms, Came::LoggedIn(number)),
            false => self.come_back(node, within_ms, Came::LoggedIn(u64::MAX)),
        }
    }

    fn came(&mut self, node: usize, came: Came) {
        let event = match came {
            Came::Looked(false) => Event::Looked(None),
            Came::Looked(true) => {
                (self.nodes[node].alone, self.nodes[node].alone_from_ms) = (0, i64::MIN);
                let there = self.seen[node];
                self.nodes[node].way.as_mut().expect("a way").there = there;
                Event::Looked(Some(self.judge(node)))
            }
            Came::Leased(told) => {
                if told == Some(true) {
                    // The store counts from when it was asked; that was an answer's way ago at the latest.
                    let until_ms = self.store.lease.filter(|(holder, _)| *holder == node as u64);
                    let way = self.nodes[node].way.as_mut().expect("a way");
                    way.leased_until_ms = until_ms.map_or(i64::MIN, |(_, until_ms)| until_ms);
                }
                Event::Leased(told)
            }
            Came::LoggedIn(number) => {
                let token = self.tokens.get(number as usize).copied();
                self.nodes[node].way.as_mut().expect("a way").own = token;
                Event::LoggedIn(token.is_some())
            }
            Came::Wrote(told) => Event::Wrote(told),
            Came::Released => Event::Released,
            Came::Waited => Event::Waited,
        };
        self.step(node, event);
    }

    fn judge(&mut self, node: usize) -> Seen {
        let Some(held) = self.stored(node, 0.0) else {
            return Seen::Nothing;
        };
        let way = self.nodes[node].way.as_ref().expect("a way");
        let is_ours = way.old.is_some_and(|old| old.token.number == held.token.number);
        match is_ours || self.now_ms >= held.due_ms {
            true => Seen::Due,
            false => Seen::Fresh,
        }
    }

    /// The record that was seen, if it can be used.
    fn stored(&mut self, node: usize, random: f64) -> Option<Held> {
        let state = &self.nodes[node];
        let (_, token) = state.way.as_ref().expect("a way").there?;
        let age_ms = token.life.age_ms(self.now_ms + state.off_ms)?;
        if token.number == state.refused && !self.plan.refused_is_taken {
            return None;
        }
        let held = held(token, self.now_ms - age_ms, random);
        (self.now_ms < held.ends_ms).then_some(held)
    }

    fn end(&mut self, node: usize, end: End) {
        let random = self.dice.fraction();
        let now_ms = self.now_ms;
        let stored = match end {
            End::Stored => self.stored(node, random),
            _ => None,
        };
        let state = &mut self.nodes[node];
        let way = state.way.take().expect("a way was under way");
        self.outcome.longest_wait_ms = self.outcome.longest_wait_ms.max(now_ms - way.began_ms);
        let token = match end {
            End::Stored => {
                let is_due = stored.is_some_and(|held| now_ms >= held.due_ms);
                if is_due {
                    state.not_before_ms = now_ms + LOOK_AGAIN_MS;
                }
                stored
            }
            End::Own { .. } => {
                (state.failures, state.not_before_ms) = (0, i64::MIN);
                let began_ms = |token: Token| token.ends_ms - token.life.lifetime_ms;
                way.own.map(|token| held(token, began_ms(token), random))
            }
            End::Old => {
                state.not_before_ms = now_ms + LOOK_AGAIN_MS;
                way.old
            }
            End::Failed => {
                let pause_ms = (FIRST_BACKOFF_MS << state.failures.min(6)).min(LONGEST_BACKOFF_MS);
                state.failures += 1;
                state.not_before_ms = now_ms + pause_ms;
                way.old
            }
        };
        match token.filter(|held| now_ms < held.ends_ms) {
            Some(held) => {
                self.nodes[node].held = Some(held);
                self.use_token(node, held, way.refused);
            }
            None => {
                self.outcome.without += 1;
                self.plan_next_call(node);
            }
        }
    }

    fn gave_up(&mut self, node: usize) {
        let way = self.nodes[node].way.take().expect("a way was under way");
        self.outcome.longest_wait_ms = self.outcome.longest_wait_ms.max(way.deadline_ms - way.began_ms);
        self.outcome.without += 1;
        self.plan_next_call(node);
    }

    fn use_token(&mut self, node: usize, held: Held, refused: u32) {
        self.outcome.calls += 1;
        let has_ended = self.now_ms >= held.token.ends_ms;
        let is_good_clock = node >= self.plan.broken_clocks;
        if has_ended || held.token.number < self.revoked_before {
            self.outcome.ended += u64::from(has_ended && is_good_clock);
            self.outcome.refused += u64::from(!has_ended);
            self.outcome.refused_for_good += u64::from(refused == MOST_REFUSED);
            let state = &mut self.nodes[node];
            state.refused = held.token.number;
            state.held = None;
            if refused < MOST_REFUSED {
                return self.call(node, refused + 1);
            }
        }
        self.plan_next_call(node);
    }
}

/// A token whose life began at `began_ms` for its holder.
fn held(token: Token, began_ms: i64, random: f64) -> Held {
    let ends_ms = began_ms + token.life.lifetime_ms;
    Held {
        token,
        due_ms: ends_ms - refresh_ms(token.life.lifetime_ms, random),
        ends_ms,
    }
}
