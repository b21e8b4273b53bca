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
        let settings = Settings::of_sandbox_base(&self.0, question.platform)?;
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
}
