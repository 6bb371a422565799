//! Running one operation: decode, authorize, handle, encode. The types say the order; nothing can be left out.

use std::fmt;

use regent_wire::Fault;
use regent_wire::operation::Operation;
use regent_wire::protocol::{self, Head, Payload};

use super::note::Said;
use crate::authz::{self, Authorized, Evidence};
use crate::call::Call;

/// One operation about to run.
pub(super) struct Run<'a> {
    pub(super) call: &'a Call<'a>,
    pub(super) payload: &'a Payload<'a>,
    pub(super) request_id: &'a str,
    pub(super) protocol: protocol::Protocol,
    pub(super) said: &'a mut Said,
    pub(super) body: &'a mut Vec<u8>,
}

impl fmt::Debug for Run<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run").field("request_id", &self.request_id).finish_non_exhaustive()
    }
}

impl Run<'_> {
    /// An operation that reads the picture.
    pub(super) fn read<O: Operation>(
        mut self,
        handler: fn(&Call<'_>, &Authorized<O>) -> Result<O::Output, Fault>,
    ) -> Result<Head, Fault> {
        let input = self.decode::<O>()?;
        let authorized = authz::authorize(self.call, input, Evidence::default())?;
        let output = handler(self.call, &authorized)?;
        Ok(self.encode::<O>(&output))
    }

    /// An operation that changes something, and waits until it is durable.
    ///
    /// What it keeps while it waits has a place of its own: otherwise every request, also one that only reads, would be
    /// moved about with room for the largest of them.
    pub(super) async fn write<O: Operation>(
        mut self,
        handler: impl AsyncFnOnce(&Call<'_>, Authorized<O>) -> Result<O::Output, Fault>,
    ) -> Result<Head, Fault> {
        let input = self.decode::<O>()?;
        let authorized = authz::authorize(self.call, input, Evidence::default())?;
        let output = Box::pin(handler(self.call, authorized)).await?;
        Ok(self.encode::<O>(&output))
    }

    /// An operation that must look at the request before anybody's policies are asked.
    pub(super) async fn prepared<O: Operation>(
        mut self,
        prepare: impl AsyncFnOnce(&Call<'_>, &O::Input) -> Result<Evidence, Fault>,
        handler: fn(&Call<'_>, &Authorized<O>) -> Result<O::Output, Fault>,
    ) -> Result<Head, Fault> {
        let input = self.decode::<O>()?;
        let evidence = prepare(self.call, &input).await?;
        let authorized = authz::authorize(self.call, input, evidence)?;
        let output = handler(self.call, &authorized)?;
        Ok(self.encode::<O>(&output))
    }

    /// Whatever happens from here on, the record says what was asked.
    fn decode<O: Operation>(&mut self) -> Result<O::Input, Fault> {
        let input = self.payload.read::<O>()?;
        self.said.asked(&input, self.call.caller);
        Ok(input)
    }

    fn encode<O: Operation>(self, output: &O::Output) -> Head {
        self.said.answered(output);
        protocol::answer::<O>(self.protocol, output, self.request_id, self.body)
    }
}
