//! libauth as the sandbox's explainer: it knows many more mistakes than the sandbox, which is another reading of
//! the protocols on purpose.

use auth::inbound::Inbound;
use libauth_sandbox::{Explained, Explainer, Question};

use crate::handle::{Handle, signed_path};
use crate::settings::Settings;

/// Explains what the sandbox at this origin refused, with the credentials of its test accounts.
pub struct Judge(pub String);

impl Explainer for Judge {
    fn explain(&self, question: &Question) -> Option<Explained> {
        let origin = &self.0;
        // A prefix that is known is the only one that is tried: the sandbox's own first, then what gateways have.
        let with_prefix = format!("{origin}/{}", question.platform);
        [with_prefix, origin.clone()]
            .into_iter()
            .find_map(|base_url| explained(question, base_url))
    }
}

fn explained(question: &Question, base_url: String) -> Option<Explained> {
    let settings = Settings::of_sandbox_base(question.platform, base_url)?;
    let handle = Handle::of(&settings, None).ok()?;
    let target = match question.request.target.split_once('?') {
        Some((_, query)) => format!("{}?{query}", question.path),
        None => question.path.to_owned(),
    };
    let headers = question.request.headers.iter();
    let message = Inbound {
        method: question.request.method.clone(),
        path: signed_path(&settings, &target).ok()?,
        headers: headers.map(|(n, v)| (n.clone(), v.clone())).collect(),
        body: question.request.body.clone(),
    };
    let explanation = handle.explain(&message, None, false).ok()?;
    if explanation.mistakes().is_empty() {
        return None;
    }
    let names = explanation.mistakes().iter();
    Some(Explained {
        mistakes: names.map(|mistake| mistake.name().to_owned()).collect(),
        message: explanation.message().to_owned(),
        signed: explanation.signed_string().map(str::to_owned),
    })
}
