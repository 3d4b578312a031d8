//! Customers who write English.

use plugin_kit::language::Language;

use crate::scenario::{Scenario, Topic};

const NUDGES: &[&str] = &["Hello? Anyone there?", "Still waiting…", "Any news?"];
const LEAVES: &[&str] = &["Never mind, I will call instead.", "I have to go. I will try again later."];
const UNSURE: &[&str] = &[
    "Okay, and what happens next?",
    "Sorry, I don't follow. Can you be more specific?",
    "So what should I do now?",
];
const THANKS: &[&str] =
    &["Great, thank you!", "Perfect, thanks for your help.", "All right, that works. Thanks!"];

const ADDRESS: Topic = Topic {
    asked: &["address", "where do you live", "which building"],
    answers: &["Apartment 904, Building 5, 88 Suzhou Avenue West", "Villa 12, 300 Jinji Lake Road"],
};
const PHONE: Topic = Topic {
    asked: &["phone", "number", "reach you", "call you"],
    answers: &["15400006612", "You can reach me at 15400003391"],
};

/// The scenarios.
pub const SCENARIOS: &[Scenario] = &[
    Scenario {
        id: "en-heater-e4",
        language: Language::English,
        openings: &[
            &["Hi, my water heater shows E4 and will not light.", "It worked fine yesterday."],
            &["Hello, E4 on the water heater again. Is it dangerous?"],
        ],
        topics: &[
            Topic {
                asked: &["balcony", "kitchen", "where is it", "installed"],
                answers: &["It is on the balcony.", "In the kitchen, next to the window."],
            },
            Topic {
                asked: &["model"],
                answers: &["JSQ30-W5 it says on the front.", "The sticker says JSQ25-W3."],
            },
            Topic {
                asked: &["fan", "noise", "sound"],
                answers: &["The fan starts and stops right away.", "I can hear it running all the time."],
            },
            Topic {
                asked: &["flue", "outlet", "nest", "outside"],
                answers: &[
                    "I looked from the window, there is something like grass in the pipe.",
                    "Nothing is blocking it as far as I can see.",
                ],
            },
            ADDRESS,
            PHONE,
        ],
        settles: &["visit", "engineer", "technician", "appointment", "between", "book"],
        least_turns: 2,
        thanks: &["That time is fine. Thank you!", "Good, someone will be at home. Thanks."],
        unsure: &["So I should not use it at all?", "Can someone come today?"],
        nudges: NUDGES,
        leaves: LEAVES,
        patience_s: 80,
        mood: 0,
    },
    Scenario {
        id: "en-invoice",
        language: Language::English,
        openings: &[
            &["Hello, I need the invoice for my order in my company's name."],
            &["Hi, where can I download the invoice for my washer-dryer?"],
        ],
        topics: &[
            Topic { asked: &["order"], answers: &["It is D31955.", "Order D31870"] },
            Topic { asked: &["company", "name"], answers: &["Northwind Consulting (Suzhou) Co., Ltd."] },
            Topic { asked: &["tax"], answers: &["91320594MA2SAMPLE"] },
            Topic { asked: &["mail", "send it"], answers: &["accounts@example.org please"] },
        ],
        settles: &["reissue", "sent", "within", "working days", "receive"],
        least_turns: 2,
        thanks: THANKS,
        unsure: &["How long will that take?", "I need it before the end of the month."],
        nudges: NUDGES,
        leaves: LEAVES,
        patience_s: 130,
        mood: 1,
    },
    Scenario {
        id: "en-late-technician",
        language: Language::English,
        openings: &[
            &[
                "Your technician was supposed to be here at ten. It is almost noon.",
                "I took half a day off for this.",
            ],
            &["Nobody came and nobody called. This is really poor service."],
        ],
        topics: &[
            Topic { asked: &["ticket", "reference", "order number", "booking"], answers: &["R-20881"] },
            Topic { asked: &["time slot", "what time", "window"], answers: &["Between 10 and 12."] },
            Topic { asked: &["call", "contact"], answers: &["I called twice, no answer."] },
        ],
        settles: &["minutes", "will arrive", "reschedule", "free", "before", "o'clock"],
        least_turns: 1,
        thanks: &[
            "Fine, but please make sure he really comes this time.",
            "Okay. I will wait a little longer.",
        ],
        unsure: &["When exactly will he be here?", "“Soon” is not an answer."],
        nudges: &["Hello??", "Is anybody reading this?"],
        leaves: &["Forget it. I will complain in writing.", "I am done waiting."],
        patience_s: 55,
        mood: -2,
    },
    Scenario {
        id: "en-aircon-cleaning",
        language: Language::English,
        openings: &[
            &["Hi, can I book a cleaning for two air conditioners?"],
            &["How much is air conditioner cleaning? We have one floor unit and one wall unit."],
        ],
        topics: &[
            Topic {
                asked: &["how many", "which units", "wall", "floor"],
                answers: &["One wall unit and one floor unit."],
            },
            Topic {
                asked: &["when", "day", "time", "suit"],
                answers: &["Tomorrow morning would be great.", "Saturday afternoon, if possible."],
            },
            Topic { asked: &["model"], answers: &["KFR-72LW/T5 and KFR-35GW/N6."] },
            ADDRESS,
            PHONE,
        ],
        settles: &["booked", "confirmed", "appointment", "see you", "scheduled"],
        least_turns: 2,
        thanks: THANKS,
        unsure: &["And the price?", "Do I need to prepare anything?"],
        nudges: NUDGES,
        leaves: LEAVES,
        patience_s: 120,
        mood: 1,
    },
    Scenario {
        id: "en-return",
        language: Language::English,
        openings: &[
            &["I received a washing machine yesterday but it does not fit. Can I return it?"],
            &["Hello, I would like to send back my order, it is still in the box."],
        ],
        topics: &[
            Topic { asked: &["order"], answers: &["D32018"] },
            Topic {
                asked: &["installed", "used", "opened", "box"],
                answers: &["Not installed, the box is closed."],
            },
            Topic { asked: &["why", "reason"], answers: &["It does not fit through the door."] },
            ADDRESS,
            PHONE,
        ],
        settles: &["pick up", "pick-up", "collect", "refund", "return has been"],
        least_turns: 2,
        thanks: THANKS,
        unsure: UNSURE,
        nudges: NUDGES,
        leaves: LEAVES,
        patience_s: 110,
        mood: 0,
    },
];
