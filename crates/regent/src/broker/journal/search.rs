//! Finds events: by who, what, through which connector, and when.

use jiff::{SignedDuration, Timestamp};
use regent_store::directory::Broker;
use regent_store::{Archived, Order, Range, StoreError};
use serde::Deserialize;

use super::KIND;
use super::chain::{self, Told};
use crate::server::Server;

/// How many events are read at once.
const PAGE: usize = 500;
/// How many events one search looks at before it says where to go on.
const MAX_SEEN: usize = 5000;
/// By how much the clocks of nodes may differ: events are in the order of the chain, not quite of their times.
const SLACK: SignedDuration = SignedDuration::from_mins(10);

/// What to look for. The default is everything, the newest first.
#[derive(Debug, Clone, Default)]
pub(crate) struct Question {
    /// Not before.
    pub(crate) from: Option<Timestamp>,
    /// Before.
    pub(crate) to: Option<Timestamp>,
    /// Who did it, by id or name.
    pub(crate) actor: Option<Box<str>>,
    /// What was done: `credentials.issue`, or `credentials.*`.
    pub(crate) action: Option<Box<str>>,
    /// Through which connector, by id or slug.
    pub(crate) connector: Option<Box<str>>,
    /// Which session, by id.
    pub(crate) session: Option<Box<str>>,
    /// Which way.
    pub(crate) order: Order,
}

/// Events that were found.
#[derive(Debug, Default)]
pub(crate) struct FoundEvents {
    /// Each as it was written, one line of JSON.
    pub(crate) events: Vec<Box<str>>,
    /// After which number to go on; none if there is nothing more.
    pub(crate) next: Option<u64>,
}

/// What an event is chosen by.
#[derive(Deserialize)]
struct Chosen {
    #[serde(flatten)]
    told: Told,
    actor: Named,
    action: Box<str>,
    #[serde(default)]
    connector: Option<Named>,
    #[serde(default)]
    session: Option<Named>,
}

#[derive(Deserialize)]
struct Named {
    id: Box<str>,
}

impl Question {
    /// With ids for the names that are known.
    fn resolved(mut self, broker: &Broker) -> Self {
        let actor = self.actor.as_deref().and_then(|name| {
            let person = broker.people.named(name).map(|person| &person.id);
            person.or_else(|| broker.system_callers.named(name).map(|caller| &caller.id))
        });
        if let Some(id) = actor {
            self.actor = Some(id.as_str().into());
        }
        let connector = self.connector.as_deref().and_then(|slug| broker.connectors.named(slug));
        if let Some(connector) = connector {
            self.connector = Some(connector.id.as_str().into());
        }
        self
    }

    /// What an action must begin with, if it need not be a certain one.
    fn action_prefix(&self) -> Option<&str> {
        self.action.as_deref()?.strip_suffix('*')
    }

    /// The one label that the archive looks for: whichever is likely to have the fewest events.
    fn label(&self) -> Option<(&str, &str)> {
        let action = self.action.as_deref().filter(|_| self.action_prefix().is_none());
        let labels = [
            ("session", self.session.as_deref()),
            ("actor", self.actor.as_deref()),
            ("connector", self.connector.as_deref()),
            ("action", action),
        ];
        labels.into_iter().find_map(|(label, value)| Some((label, value?)))
    }

    fn wants(&self, event: &Chosen) -> bool {
        let is =
            |wanted: Option<&str>, found: Option<&str>| wanted.is_none_or(|wanted| found == Some(wanted));
        let id = |named: &Option<Named>| named.as_ref().map(|named| named.id.clone());
        let is_action = match self.action_prefix() {
            Some(prefix) => event.action.starts_with(prefix),
            None => is(self.action.as_deref(), Some(&event.action)),
        };
        is_action
            && is(self.actor.as_deref(), Some(&event.actor.id))
            && is(self.connector.as_deref(), id(&event.connector).as_deref())
            && is(self.session.as_deref(), id(&event.session).as_deref())
            && self.from.is_none_or(|from| event.told.at >= from)
            && self.to.is_none_or(|to| event.told.at < to)
    }
}

impl Server {
    /// Finds events, at most so many, from after a number on.
    ///
    /// It looks at a bounded number of events, so there may be fewer than asked for, or none, and still more to come.
    pub(crate) async fn find_events(
        &self,
        question: Question,
        after: Option<u64>,
        limit: usize,
    ) -> Result<FoundEvents, StoreError> {
        let question = question.resolved(self.store.picture().broker());
        let (mut low, mut high) = self.bounds(&question).await?;
        match (after, question.order) {
            (Some(after), Order::OldestFirst) => low = Some(low.unwrap_or(0).max(after)),
            (Some(after), Order::NewestFirst) => high = Some(high.unwrap_or(u64::MAX).min(after)),
            (None, _) => {}
        }
        let (mut found, mut seen) = (FoundEvents::default(), 0);
        loop {
            let (after, before) = (low.map(chain::key), high.map(chain::key));
            let range = Range {
                after: after.as_deref(),
                before: before.as_deref(),
                label: question.label(),
                order: question.order,
            };
            let page = self.store.archived(KIND, &range, PAGE).await?;
            for (at, row) in page.rows.iter().enumerate() {
                let number = row.key.parse().ok();
                match question.order {
                    Order::OldestFirst => low = number.or(low),
                    Order::NewestFirst => high = number.or(high),
                }
                if chosen(row).is_some_and(|event| question.wants(&event)) {
                    found.events.push(row.body.clone());
                }
                let is_last = page.is_last && at + 1 == page.rows.len();
                if found.events.len() == limit && !is_last {
                    found.next = number;
                    return Ok(found);
                }
            }
            seen += page.rows.len();
            if page.is_last || page.rows.is_empty() {
                return Ok(found);
            }
            if seen >= MAX_SEEN {
                found.next = match question.order {
                    Order::OldestFirst => low,
                    Order::NewestFirst => high,
                };
                return Ok(found);
            }
        }
    }

    /// Between which numbers the events of a time lie, both excluded.
    async fn bounds(&self, question: &Question) -> Result<(Option<u64>, Option<u64>), StoreError> {
        let low = match question.from.map(|from| from.checked_sub(SLACK).unwrap_or(Timestamp::MIN)) {
            Some(from) => Some(self.first_event_at(from).await?.saturating_sub(1)),
            None => None,
        };
        let high = match question.to.map(|to| to.checked_add(SLACK).unwrap_or(Timestamp::MAX)) {
            Some(to) => Some(self.first_event_at(to).await?),
            None => None,
        };
        Ok((low, high))
    }

    /// The number of the first event that is not before this time; that of the next one to come if all are.
    async fn first_event_at(&self, at: Timestamp) -> Result<u64, StoreError> {
        let Some(head) = self.store.picture().chain_head().cloned() else { return Ok(1) };
        let (mut low, mut high) = (head.forgotten.number + 1, head.last.number + 1);
        while low < high {
            let middle = low + (high - low) / 2;
            let after = chain::key(middle - 1);
            let range = Range { after: Some(&after), order: Order::OldestFirst, ..Range::default() };
            let page = self.store.archived(KIND, &range, 1).await?;
            let is_before = page.rows.first().and_then(chosen).is_some_and(|event| event.told.at < at);
            if is_before {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }
}

/// What the event says; none if it is not one that this server wrote, which is for verifying to tell.
fn chosen(row: &Archived) -> Option<Chosen> {
    serde_json::from_str(&row.body).ok()
}
