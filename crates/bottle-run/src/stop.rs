//! The operator's wish to end.

use std::pin::Pin;

use futures_util::future::{Either, Fuse, FutureExt as _, select};

/// The operator wants to end (Ctrl-C, SIGTERM, a closed terminal).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Interrupted;

/// The future that resolves when the operator wants to end, and what it means to each kind of step.
pub(crate) struct Stop<'a> {
    wish: Fuse<Pin<Box<dyn Future<Output = ()> + Send + 'a>>>,
    raised: bool,
}

impl<'a> Stop<'a> {
    pub(crate) fn new(wish: impl Future<Output = ()> + Send + 'a) -> Self {
        let wish: Pin<Box<dyn Future<Output = ()> + Send + 'a>> = Box::pin(wish);
        Self {
            wish: wish.fuse(),
            raised: false,
        }
    }

    /// Runs a step that may be dropped half-way: waiting, reading, a session. When both are there at once,
    /// the step's own result counts.
    pub(crate) async fn race<T>(
        &mut self,
        step: impl Future<Output = T>,
    ) -> Result<T, Interrupted> {
        self.look()?;
        let step = std::pin::pin!(step);
        match select(step, &mut self.wish).await {
            Either::Left((value, _)) => Ok(value),
            Either::Right(((), _)) => {
                self.raised = true;
                Err(Interrupted)
            }
        }
    }

    /// Runs a step that creates something to its end, and only then looks at the wish: an engine that was
    /// asked for a network makes it although nobody waits for the answer, after the teardown has looked.
    pub(crate) async fn finish<T>(
        &mut self,
        step: impl Future<Output = T>,
    ) -> Result<T, Interrupted> {
        self.look()?;
        let value = step.await;
        self.look()?;
        Ok(value)
    }

    /// Resolves when the operator wants to end: for a step that can be told.
    pub(crate) async fn wished(&mut self) {
        if !self.raised {
            (&mut self.wish).await;
            self.raised = true;
        }
    }

    /// Whether the operator wants to end by now.
    fn look(&mut self) -> Result<(), Interrupted> {
        self.raised = self.raised || (&mut self.wish).now_or_never().is_some();
        if self.raised {
            Err(Interrupted)
        } else {
            Ok(())
        }
    }
}
