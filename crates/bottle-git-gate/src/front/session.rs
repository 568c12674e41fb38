//! One service on one repository: the mirror is brought up to date, then git answers the client.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use bottle_core::RemoteName;
use tokio::net::TcpStream;
use tokio::sync::{SemaphorePermit, watch};

use super::pump::{End, First, Limits, pump};
use crate::gate::Gate;
use crate::handed::Handed;
use crate::hook::{HOOK_TASK, Task};
use crate::limits::{KEEP_UNREACHABLE, MAX_COMMAND_BYTES, MAX_FETCH_BYTES, MAX_PUSHES};
use crate::login::Login;
use crate::mirror::Fresh;
use crate::record::{Push, Report, seconds, since};
use crate::refusal::{Code, Refusal};
use crate::request::{GitService, Version};
use crate::run::Group;
use crate::served::Served;
use crate::tidy;
use crate::upstream::prepare;

/// What a client wants.
pub(super) struct Session<'a> {
    pub(super) gate: &'a Arc<Gate>,
    pub(super) service: GitService,
    pub(super) name: &'a RemoteName,
    pub(super) version: Option<Version>,
}

/// A mirror that is up to date, and the login that told so, as long as the push lasts.
#[derive(Debug)]
struct Current {
    fresh: Fresh,
    login: Option<Login>,
}

/// What came of it.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) code: Option<Code>,
    pub(super) push: Option<Push>,
    pub(super) refresh_ms: u64,
    pub(super) bytes_in: u64,
    pub(super) bytes_out: u64,
}

impl Session<'_> {
    /// Serves it to its end. An error is something that the client has yet to be told.
    pub(super) async fn run(
        &self,
        stream: &mut TcpStream,
        stop: watch::Receiver<bool>,
    ) -> Result<Outcome, Refusal> {
        let served = self.gate.served(self.name).ok_or_else(|| self.unknown())?;
        let _use = served.mirror.begin_use();
        let _turn = match self.service {
            GitService::UploadPack => None,
            GitService::ReceivePack => Some(self.turn()?),
        };
        if self.service == GitService::ReceivePack {
            self.room_for_more().await?;
        }
        let start = Instant::now();
        let number = self.gate.pushes.fetch_add(1, Ordering::Relaxed);
        let current = self.refresh(&served, number).await?;
        let refresh_ms = since(start);
        let (command, most, first) = match self.service {
            GitService::UploadPack => (self.upload_pack(&served), MAX_FETCH_BYTES, First::Anything),
            GitService::ReceivePack => {
                let most = served
                    .remote
                    .push
                    .max_bytes
                    .saturating_add(MAX_COMMAND_BYTES);
                (
                    self.receive_pack(&served, &current, number)?,
                    most,
                    First::Commands,
                )
            }
        };
        // Lives longer than git.
        let _receiving = (self.service == GitService::ReceivePack).then(|| served.mirror.receive());
        let group = Group::spawn(command).map_err(|error| Refusal::broken(&error))?;
        let limits = Limits {
            most,
            first,
            idle: self.gate.settings.limits.idle,
            whole: self.gate.settings.limits.connection,
        };
        let pumped = pump(stream, group, limits, stop).await;
        let left = Report::read(&self.gate.folders.report(number));
        self.gate.folders.forget(number);
        let left = left.unwrap_or_else(|error| {
            tracing::error!(%error, "the report of a push is unusable");
            None
        });
        let (code, push) = left.map_or((None, None), |left| (left.code, Some(left.push)));
        Ok(Outcome {
            code: code.or(code_of(pumped.end)),
            push,
            refresh_ms,
            bytes_in: pumped.bytes_in,
            bytes_out: pumped.bytes_out,
        })
    }

    /// One of the pushes that are received at once.
    fn turn(&self) -> Result<SemaphorePermit<'_>, Refusal> {
        self.gate.receiving.try_acquire().map_err(|_| {
            Refusal::new(
                Code::Limits,
                format_args!("{MAX_PUSHES} pushes are received already, which is as many as at once: push again"),
            )
        })
    }

    /// Nothing more is taken when all mirrors together are too large.
    async fn room_for_more(&self) -> Result<(), Refusal> {
        let settings = &self.gate.settings;
        let (folder, most) = (settings.data_dir.clone(), settings.limits.data_bytes);
        let size = tokio::task::spawn_blocking(move || tidy::size(&folder));
        let size = size.await.map_err(|error| Refusal::broken(&error))?;
        let size = size.map_err(|error| Refusal::broken(&error))?;
        if size < most {
            return Ok(());
        }
        Err(Refusal::new(
            Code::Limits,
            format_args!(
                "the mirrors of this bottle take {size} bytes, and {most} are the most. What refused pushes left in them goes after {} hours; the operator may begin a new bottle.",
                KEEP_UNREACHABLE.as_secs() / 3600
            ),
        ))
    }

    fn unknown(&self) -> Refusal {
        Refusal::new(
            Code::UnknownRepo,
            format_args!(
                "no remote is called {}. The bottle's manifest names those that there are, under `git`.",
                self.name
            ),
        )
    }

    /// Brings the mirror up to date, in a task of its own: others may wait for it when this client has gone.
    async fn refresh(&self, served: &Arc<Served>, number: u64) -> Result<Current, Refusal> {
        let handed = Handed::read(&self.gate.settings.run_dir);
        let handed = handed.map_err(|error| Refusal::broken(&error))?;
        let upstream = prepare(&self.gate.folders, &served.remote, &handed)?;
        let mirror = Arc::clone(&served.mirror);
        // A fetch mostly asks only one question.
        let socket =
            (self.service == GitService::ReceivePack).then(|| self.gate.folders.login(number));
        let task = tokio::spawn(async move {
            let login = match socket {
                Some(socket) => Login::open(&upstream, mirror.git().surroundings(), socket).await,
                None => None,
            };
            let shared = login.as_ref().map(|login| login.socket().to_owned());
            let fresh = mirror.refresh(&upstream.through(shared)).await?;
            Ok(Current { fresh, login })
        });
        task.await.map_err(|error| Refusal::broken(&error))?
    }

    fn upload_pack(&self, served: &Served) -> Command {
        let timeout = format!(
            "--timeout={}",
            self.gate.settings.limits.idle.as_secs().max(1)
        );
        let mut command = served.mirror.git().command([
            "-c",
            "uploadpack.allowFilter=true",
            "-c",
            "uploadpack.keepAlive=5",
            "upload-pack",
            "--strict",
            &timeout,
        ]);
        self.serving(&mut command, served.mirror.folder());
        command
    }

    fn receive_pack(
        &self,
        served: &Served,
        current: &Current,
        number: u64,
    ) -> Result<Command, Refusal> {
        let hooks = format!("core.hooksPath={}", self.gate.folders.hooks().display());
        // Nothing would be no limit.
        let size = served.remote.push.max_bytes.max(1);
        let size = format!("receive.maxInputSize={size}");
        let settings = [
            &hooks,
            &size,
            "receive.procReceiveRefs=refs/",
            "receive.advertisePushOptions=false",
            "receive.advertiseAtomic=true",
            "receive.shallowUpdate=false",
            "receive.updateServerInfo=false",
            "receive.autogc=false",
            "receive.keepAlive=5",
            // One pack for each push, however small: read as a stream, checked as a whole.
            "receive.unpackLimit=1",
        ];
        let arguments = settings.into_iter().flat_map(|setting| ["-c", setting]);
        let mut command = served
            .mirror
            .git()
            .command(arguments.chain(std::iter::once("receive-pack")));
        let task = serde_json::to_string(&self.task(served, current, number));
        command.env(HOOK_TASK, task.map_err(|error| Refusal::broken(&error))?);
        self.serving(&mut command, served.mirror.folder());
        Ok(command)
    }

    fn task(&self, served: &Served, current: &Current, number: u64) -> Task {
        let settings = &self.gate.settings;
        let Current {
            fresh: Fresh { head },
            login,
        } = current;
        Task {
            remote: served.remote.name.clone(),
            upstream: served.remote.upstream.clone(),
            push: served.remote.push.clone(),
            head: head.clone(),
            asked: seconds(),
            login: login.as_ref().map(|login| login.socket().to_owned()),
            config_dir: settings.config_dir.clone(),
            run_dir: settings.run_dir.clone(),
            data_dir: settings.data_dir.clone(),
            path: settings.path.to_string_lossy().into_owned(),
            report: self.gate.folders.report(number),
            base: self.gate.folders.base(number),
            identity: settings.identity.clone(),
        }
    }

    /// The end of the command line, and what is piped.
    fn serving(&self, command: &mut Command, folder: &Path) {
        command
            .arg(folder)
            // Told by the argument alone.
            .env_remove("GIT_DIR")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if let Some(version) = self.version {
            command.env("GIT_PROTOCOL", version.as_str());
        }
    }
}

/// The code of a connection that the hooks did not judge.
fn code_of(end: End) -> Option<Code> {
    match end {
        End::Done => None,
        End::Gone | End::Failed => Some(Code::Transport),
        End::TooMuch | End::Idle | End::Late => Some(Code::Limits),
        End::Stopped => Some(Code::FailClosed),
    }
}
