//! Finds sessions by what is known of them.

use regent_store::StoreError;
use regent_store::entity::Seconds;

use super::{By, IssuedPage, IssuedSession, PAGE, SessionState};
use crate::server::Server;

/// How many records one search looks at before it says where to go on.
const MAX_SEEN: usize = 5000;

/// Which sessions. The default is all of them.
#[derive(Debug, Clone, Default)]
pub(crate) struct SessionFilter {
    /// Issued to whom, by id.
    pub(crate) caller: Option<Box<str>>,
    /// From which connector, by id.
    pub(crate) connector: Option<Box<str>>,
    /// With which access key.
    pub(crate) access_key_id: Option<Box<str>>,
    /// With which source identity.
    pub(crate) source_identity: Option<Box<str>>,
    /// Whether they go on.
    pub(crate) state: Option<SessionState>,
}

impl SessionFilter {
    /// What the archive looks for: whichever is likely to have the fewest sessions.
    fn label(&self) -> Option<(By, &str)> {
        let labels = [
            (By::AccessKeyId, &self.access_key_id),
            (By::SourceIdentity, &self.source_identity),
            (By::Caller, &self.caller),
            (By::Connector, &self.connector),
        ];
        labels.into_iter().find_map(|(by, value)| Some((by, value.as_deref()?)))
    }

    fn wants(&self, session: &IssuedSession, now: Seconds) -> bool {
        let is = |wanted: &Option<Box<str>>, found: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| found == Some(wanted))
        };
        is(&self.caller, Some(session.caller.id.as_str()))
            && is(&self.connector, Some(session.connector.id.as_str()))
            && is(&self.access_key_id, Some(session.access_key_id.as_str()))
            && is(&self.source_identity, session.source_identity.as_ref().map(super::Text::as_str))
            && self.state.is_none_or(|state| state == session.state(now))
    }
}

impl Server {
    /// Finds sessions, newest first, at most so many, from after the one of this id on.
    ///
    /// It looks at a bounded number of records, so there may be fewer than asked for, or none, and still more to come.
    pub(crate) async fn find_sessions(
        &self,
        filter: &SessionFilter,
        before: Option<&str>,
        limit: usize,
    ) -> Result<IssuedPage, StoreError> {
        let now = self.clock.now().as_second();
        let mut found = IssuedPage { sessions: Vec::new(), next: before.map(Into::into) };
        for _ in 0..MAX_SEEN / PAGE {
            let page = self.issued_sessions(filter.label(), found.next.as_deref(), PAGE).await?;
            let mut wanted = page.sessions.into_iter().filter(|session| filter.wants(session, now));
            found.sessions.extend(wanted.by_ref().take(limit - found.sessions.len()));
            if wanted.next().is_some() {
                // The page has one more that is wanted: it is on the next one.
                found.next = found.sessions.last().map(|session| session.id.as_str().into());
                return Ok(found);
            }
            found.next = page.next;
            if found.next.is_none() || found.sessions.len() == limit {
                return Ok(found);
            }
        }
        Ok(found)
    }
}
