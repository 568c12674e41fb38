//! The protocol's side: what is listed, and how a call is carried out.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bottle_core::{Identity, ProposalId};
use bottle_state::Ask;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, Implementation, JsonObject, ListToolsResult,
    PaginatedRequestParams, ServerCapabilities, ServerConfig, Tool,
};
use rmcp::service::RequestContext;
use rmcp::{ErrorData, RoleServer, ServerHandler};

use crate::answers::Answers;
use crate::arguments::quoted;
use crate::call::Call;
use crate::desk::Desk;
use crate::record::{Line, LogSink, now, since};
use crate::reply::Reply;
use crate::routes;
use crate::status::Status;
use crate::tool::ToolName;

/// What a model is told of the server.
const INSTRUCTIONS: &str = "This sandbox reaches only what its operator granted. When your task needs more, ask here: \
`egress-block` for a host that was refused, `capability-block` for a program that is missing. A person decides; nothing \
that you send grants anything by itself.";

/// What all calls share.
pub(crate) struct Shared {
    pub(crate) identity: Identity,
    pub(crate) desk: Arc<Desk>,
    pub(crate) answers: Answers,
    pub(crate) egress: SocketAddr,
    pub(crate) wait: Duration,
    pub(crate) log: LogSink,
}

/// The server of one request; all of them are the same.
#[derive(Clone)]
pub(crate) struct Server(pub(crate) Arc<Shared>);

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new(
                "bottle-supervise",
                env!("CARGO_PKG_VERSION"),
            ))
            .with_instructions(INSTRUCTIONS)
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        ToolName::of(name).map(ToolName::definition)
    }

    async fn list_tools(
        &self,
        _page: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let tools = ToolName::ALL.map(ToolName::definition);
        Ok(ListToolsResult::with_all_items(tools.to_vec()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let tool = ToolName::of(&request.name).ok_or_else(|| {
            let message = format!("there is no tool `{}`", quoted(&request.name));
            ErrorData::invalid_params(message, None)
        })?;
        let (begun, time) = (Instant::now(), now());
        let arguments = request.arguments.unwrap_or_default();
        let gone = context.ct.cancelled();
        let Reply { word, id, result } = self.0.call((tool, &arguments), gone).await;
        (self.0.log)(&Line {
            time,
            event: "proposal",
            service: "supervise",
            identity: self.0.identity.clone(),
            tool,
            id,
            status: word,
            duration_ms: since(begun),
        });
        Ok(result.into())
    }
}

impl Shared {
    async fn call(
        &self,
        (tool, arguments): (ToolName, &JsonObject),
        gone: impl Future<Output = ()>,
    ) -> Reply {
        match Call::parse(tool, arguments) {
            Ok(Call::Ask { ask, justification }) => self.ask((ask, justification), gone).await,
            Ok(Call::Routes) => Reply::routes(routes::shown(self.egress).await),
            Ok(Call::Status(id)) => self.status(id).await,
            Err(error) => Reply::wrong(&error),
        }
    }

    /// What is asked for lies on the disk before anybody waits, so that a client that goes away leaves it there.
    async fn ask(&self, (ask, why): (Ask, String), gone: impl Future<Output = ()>) -> Reply {
        let desk = Arc::clone(&self.desk);
        let proposed = tokio::task::spawn_blocking(move || desk.propose(ask, why)).await;
        let id = match proposed {
            Ok(Ok(id)) => id,
            Ok(Err(error)) => return Reply::refused(&error),
            Err(_) => return Reply::broken(),
        };
        let answer = tokio::select! {
            answer = self.answers.wait(&id, self.wait) => answer,
            () = gone => None,
        };
        Reply::status(&Status { id, answer })
    }

    async fn status(&self, id: ProposalId) -> Reply {
        // Another bottle's is none.
        if !self.desk.has(&id) {
            return Reply::unknown(&id);
        }
        let answer = self.answers.look(&id).await;
        Reply::status(&Status { id, answer })
    }
}
