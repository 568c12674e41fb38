//! The hooks that git calls while it receives a push. They are this program under another name, in processes of their
//! own, and learn what they need from one variable that git hands through and no client can set.

mod change;
mod command;
mod forward;
mod fresh;
mod pre_receive;
mod proc_receive;
mod task;

use std::ffi::OsString;

use tokio::runtime::Builder;

pub(crate) use self::task::Task;
use crate::git::Quarantine;
use crate::record::tell;
use crate::refusal::Refusal;

/// The variable with which the gate tells its hooks what they need.
pub const HOOK_TASK: &str = "BOTTLE_GIT_GATE_TASK";

/// The variables of git that a hook needs.
pub const HOOK_VARIABLES: [&str; 3] = Quarantine::VARIABLES;

/// A hook of git.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hook {
    /// Judges and scans a push.
    PreReceive,
    /// Forwards it.
    ProcReceive,
}

impl Hook {
    /// The hook that git calls by this name.
    pub fn called(name: &str) -> Option<Self> {
        match name {
            "pre-receive" => Some(Self::PreReceive),
            "proc-receive" => Some(Self::ProcReceive),
            _ => None,
        }
    }

    /// Does what the hook is for, with the value of [`HOOK_TASK`] and those of [`HOOK_VARIABLES`] that are set. Standard
    /// input and output are git's; what is said on standard error reaches the client. Whether git may go on.
    pub fn run(
        self,
        task: Option<&str>,
        variables: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> bool {
        let done = self.try_run(task, Quarantine::of(variables));
        if let Err(refusal) = &done {
            tell(&mut std::io::stderr(), &refusal.to_string());
        }
        done.is_ok()
    }

    fn try_run(self, task: Option<&str>, quarantine: Quarantine) -> Result<(), Refusal> {
        let task = Task::read(task)?;
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| Refusal::broken(&error))?;
        match self {
            Self::PreReceive => pre_receive::run(&runtime, &task, quarantine),
            Self::ProcReceive => proc_receive::run(&runtime, &task),
        }
    }
}
