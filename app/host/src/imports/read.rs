//! Reading conversations, customers and the knowledge base.

use model::{
    ArticleId,
    knowledge::SearchQuery,
    limits::{SEARCH_QUERY_MAX_CHARS, SEARCH_RESULTS_MAX},
    plugin::Capability,
};

use crate::{
    bindings::switchboard::plugin::{
        conversations, customers, knowledge,
        knowledge::{Article, Hit},
        types::{Conversation, Customer, Failure},
    },
    convert::{self, Sight},
    guard::Guard,
    policy::CONVERSATION_MESSAGES_MAX,
    state::LaneState,
};

impl LaneState {
    /// Whether the plugin sees personal data in clear.
    pub(crate) fn sight(&self) -> Sight {
        let clear = self.plugin.granted.contains(&Capability::CustomersClear)
            || !self.shared.guards.on(Guard::Masking);
        if clear { Sight::Clear } else { Sight::Masked }
    }
}

impl conversations::Host for LaneState {
    async fn get(&mut self, id: String, last: u32) -> Result<Conversation, Failure> {
        self.plugin.allow(&Capability::Conversations).map_err(convert::failure)?;
        let id = id.parse().map_err(|_| Failure::NotFound)?;
        let last = last.min(CONVERSATION_MESSAGES_MAX) as usize;
        let contact = self.shared.services.conversation(id, last).await.map_err(convert::failure)?;
        Ok(convert::contact(&contact, self.sight()))
    }
}

impl customers::Host for LaneState {
    async fn get(&mut self, id: String) -> Result<Customer, Failure> {
        self.plugin.allow(&Capability::Customers).map_err(convert::failure)?;
        let id = id.parse().map_err(|_| Failure::NotFound)?;
        let customer = self.shared.services.customer(id).await.map_err(convert::failure)?;
        Ok(convert::customer(&customer, self.sight()))
    }
}

impl knowledge::Host for LaneState {
    async fn search(
        &mut self,
        query: String,
        limit: u32,
        language: Option<String>,
    ) -> Result<Vec<Hit>, Failure> {
        self.plugin.allow(&Capability::Knowledge).map_err(convert::failure)?;
        let query = SearchQuery {
            text: query.chars().take(SEARCH_QUERY_MAX_CHARS).collect(),
            limit: (limit as usize).min(SEARCH_RESULTS_MAX),
            language: Some(language.unwrap_or_else(|| self.shared.services.locale())),
            ..SearchQuery::default()
        };
        let hits = self.shared.services.search(query).await.map_err(convert::failure)?;
        Ok(hits
            .into_iter()
            .map(|hit| Hit {
                uri: format!("article:{}", hit.id),
                article: hit.id.to_string(),
                title: hit.title,
                snippet: hit.snippet,
                score: hit.score,
            })
            .collect())
    }

    async fn get(&mut self, article: String, language: Option<String>) -> Result<Article, Failure> {
        self.plugin.allow(&Capability::Knowledge).map_err(convert::failure)?;
        let language = language.unwrap_or_else(|| self.shared.services.locale());
        let article = self.shared.services.article(ArticleId::new(article), language);
        let article = article.await.map_err(convert::failure)?;
        Ok(Article {
            uri: format!("article:{}", article.id),
            id: article.id.to_string(),
            title: article.title,
            text: article.markdown,
            // Articles carry a version, not a date.
            changed_ms: 0,
        })
    }
}
