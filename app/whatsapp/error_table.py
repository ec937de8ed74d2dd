"""Every error code that WhatsApp is known to give: what to do about it, and how to say it to people.

Codes and meanings are Meta's (error codes page of 2026-09-11); the action is our judgement.
"""

from app.core.i18n import N_

WAIT = N_("Nothing is lost. It is tried again by itself.")
NEW_TOKEN = N_("Create a new access token in Meta Business and enter it in the settings of the number.")
GRANT = N_("Give the token access to the account and both WhatsApp permissions, then check the number again.")
SLOWER = N_("Sending goes on more slowly by itself.")
CHECK_DATA = N_("Correct the data named in the details and send it again.")
NO_REPEAT = N_("There is nothing to do: more messages would not arrive either.")
USE_TEMPLATE = N_("Send an approved template instead.")
SETTINGS = N_("Open the number in WhatsApp Manager, settle it there, then check the number again here.")
REPORT = N_("Details are kept. If it happens again, show them to the support team.")

# An action, the codes that ask for it, a title and an advice.
ROWS: tuple[tuple[str, tuple[int, ...], str, str], ...] = (
    ("retry", (1,), N_("WhatsApp could not handle the request"), WAIT),
    ("retry", (2, 131016, 133004), N_("WhatsApp is temporarily unavailable"), WAIT),
    ("retry", (131000,), N_("WhatsApp failed without giving a reason"), WAIT),
    ("retry", (131057, 2494100), N_("WhatsApp is doing maintenance on this number"), WAIT),
    ("retry", (134101,), N_("The template is still being prepared for marketing"), WAIT),
    ("slow_number", (4, 613), N_("The app made too many requests to WhatsApp"), SLOWER),
    ("slow_number", (80007,), N_("The account made too many requests to WhatsApp"), SLOWER),
    ("slow_number", (130429,), N_("The number sends faster than WhatsApp allows"), SLOWER),
    ("slow_number", (132069,), N_("The flow was sent too often in the last hour"), SLOWER),
    ("delay_person", (131056,), N_("Too many messages to this person in a short time"), WAIT),
    ("stop_number", (0, 190), N_("WhatsApp no longer accepts the access token"), NEW_TOKEN),
    ("stop_number", (3, 10, 200, 131005), N_("The token lacks a permission"), GRANT),
    ("stop_number", (33,), N_("The number does not exist, or the token cannot see it"), GRANT),
    (
        "stop_number",
        (131048,),
        N_("WhatsApp holds the number back because people reported or blocked its messages"),
        N_("Wait until its quality recovers. Send only to people who expect your messages."),
    ),
    ("stop_number", (131064,), N_("WhatsApp has limited this business"), SETTINGS),
    ("stop_number", (368,), N_("WhatsApp has blocked the account for a while because of its policies"), SETTINGS),
    ("stop_number", (131031,), N_("WhatsApp has locked the account"), SETTINGS),
    (
        "stop_number",
        (131042,),
        N_("WhatsApp could not charge the account"),
        N_("Check the payment method in WhatsApp Manager. Sending goes on once it is settled."),
    ),
    ("stop_number", (134011,), N_("The terms for payments have not been accepted"), SETTINGS),
    (
        "stop_number",
        (131045, 133010),
        N_("The number is not registered for sending"),
        N_("Register the number with its six-digit PIN in the settings of the number."),
    ),
    ("stop_number", (133006,), N_("The number has to be verified again"), SETTINGS),
    ("stop_number", (131037,), N_("The display name of the number is not approved yet"), SETTINGS),
    (
        "stop_template",
        (132000,),
        N_("The template expects another number of values"),
        N_("Update the templates from WhatsApp, check the variables and resume."),
    ),
    (
        "stop_template",
        (132001,),
        N_("The template does not exist in this language or is not approved"),
        N_("Update the templates from WhatsApp and choose an approved one."),
    ),
    (
        "stop_template",
        (132007,),
        N_("The template breaks WhatsApp's content rules"),
        N_("Choose another template, or edit this one and send it for review."),
    ),
    (
        "stop_template",
        (132015,),
        N_("WhatsApp has paused the template because people did not like it"),
        N_("Wait until WhatsApp releases it, or choose another template. A better audience helps most."),
    ),
    (
        "stop_template",
        (132016,),
        N_("WhatsApp has disabled the template for good"),
        N_("Create a new template with another text."),
    ),
    (
        "stop_template",
        (132068,),
        N_("WhatsApp has blocked the flow of this template"),
        N_("Correct the flow in WhatsApp Manager and publish it again."),
    ),
    (
        "stop_template",
        (134102,),
        N_("The template cannot be sent as marketing from this account"),
        N_("Choose another template, or send it through the ordinary way."),
    ),
    (
        "final_person",
        (131026,),
        N_("WhatsApp could not deliver to this number"),
        N_("It may not be on WhatsApp, or its app is too old. If the person writes to you, it works again."),
    ),
    (
        "final_person",
        (131050,),
        N_("This person has stopped marketing messages from you"),
        N_("Respect it. Marketing is skipped until they allow it again in WhatsApp."),
    ),
    (
        "final_person",
        (130403,),
        N_("Your business has blocked this person"),
        N_("Unblock them first if you want to write to them."),
    ),
    ("final_person", (130497,), N_("This account may not send to this person's country"), NO_REPEAT),
    ("final_message", (131047,), N_("More than 24 hours have passed since the person's last message"), USE_TEMPLATE),
    (
        "final_message",
        (131049,),
        N_("WhatsApp did not deliver it, because this person gets enough marketing already"),
        N_("Wait at least 24 hours. Trying sooner only makes the pause longer."),
    ),
    ("final_message", (130472,), N_("This person is in an experiment of WhatsApp and gets no marketing"), NO_REPEAT),
    ("final_message", (131021,), N_("Sender and recipient are the same number"), N_("Choose another recipient.")),
    (
        "final_message",
        (132005,),
        N_("The text is too long once the values are filled in"),
        N_("Shorten this person's values and send it again."),
    ),
    (
        "final_message",
        (137000,),
        N_("The person's WhatsApp identity has changed"),
        N_("Make sure that you are talking to the right person before you write again."),
    ),
    ("final_message", (131035, 131036), N_("The message was lost because it was not collected in time"), REPORT),
    (
        "final_message",
        (131060,),
        N_("WhatsApp can no longer show this message"),
        N_("Ask the person to send it again."),
    ),
    ("fix", (100, 131009, 135000), N_("WhatsApp did not accept a value of the message"), CHECK_DATA),
    ("fix", (131008,), N_("A value that WhatsApp needs is missing"), CHECK_DATA),
    ("fix", (132012,), N_("A value does not have the form that the template expects"), CHECK_DATA),
    (
        "fix",
        (132018,),
        N_("A value has characters that a template cannot carry"),
        N_("Remove line breaks, tabs and long runs of spaces from the value."),
    ),
    (
        "fix",
        (131030,),
        N_("This is a test number, and the recipient is not on its list"),
        N_("Add the recipient to the list of the test number in Meta, or connect a real number."),
    ),
    ("fix", (131051,), N_("WhatsApp does not support this kind of message"), N_("Send it as text or as a file.")),
    ("fix", (131052,), N_("The file could not be fetched from WhatsApp"), N_("Ask the person to send it again.")),
    ("fix", (131053,), N_("WhatsApp did not accept the file"), N_("Check its kind and size, then attach it again.")),
    ("fix", (131055, 134100), N_("Only marketing templates can be sent this way"), REPORT),
    ("fix", (131061, 131063), N_("This marketing template must be sent another way"), REPORT),
    (
        "fix",
        (131062,),
        N_("This template needs a phone number, and only the user id is known"),
        N_("Ask the person for their number first."),
    ),
    ("fix", (131059,), N_("The list of templates changed while it was read"), WAIT),
    ("fix", (136024,), N_("WhatsApp refused a repetition or reached a limit"), REPORT),
    (
        "fix",
        (133000,),
        N_("The number was not fully released before"),
        N_("Release the number again, then register it."),
    ),
    (
        "fix",
        (133005,),
        N_("The PIN is wrong"),
        N_("Enter the six-digit PIN of the two-step verification. Its owner can change it in WhatsApp Manager."),
    ),
    (
        "fix",
        (133008, 133009),
        N_("The PIN was tried too often"),
        N_("Wait as long as the details say, then try once more."),
    ),
    ("fix", (133015,), N_("The number was deleted a moment ago"), N_("Wait five minutes, then register it.")),
    ("fix", (133016,), N_("The number was registered too often"), N_("Wait 72 hours, then register it once.")),
    (
        "fix",
        (2200,),
        N_("Meta could not reach the webhook address"),
        N_("Check that the public address is right and reachable over HTTPS, then connect again."),
    ),
    (
        "fix",
        (2388019,),
        N_("The account has as many templates as WhatsApp allows"),
        N_("Delete templates that you no longer use."),
    ),
    (
        "fix",
        (2388024,),
        N_("A template with this name and language exists already"),
        N_("Choose another name or another language."),
    ),
    ("fix", (2388040, 2388047, 2388072, 2388073), N_("WhatsApp did not accept a part of the template"), CHECK_DATA),
    ("fix", (2388043,), N_("A part of the template, or an example, is missing"), CHECK_DATA),
    (
        "fix",
        (2388293,),
        N_("The template has too many variables for its length"),
        N_("Write more text around the variables, or use fewer of them."),
    ),
    (
        "fix",
        (2388299,),
        N_("The template begins or ends with a variable"),
        N_("Put at least one word before the first and after the last variable."),
    ),
    ("fix", (2593107,), N_("The history was already requested once"), N_("It cannot be requested again.")),
    (
        "fix",
        (2593108,),
        N_("The history can only be requested within 24 hours of connecting"),
        N_("Connect the number again if you need it."),
    ),
    (
        "fix",
        (2593109,),
        N_("The owner of the phone chose not to share the history"),
        N_("New messages appear here as usual."),
    ),
)

# From the first to the last code, what is said of the third.
RANGES: tuple[tuple[int, int, int], ...] = ((201, 299, 200), (80000, 80099, 80007))

UNKNOWN_TITLE = N_("WhatsApp gave a reason that is not known here yet")
UNKNOWN_ADVICE = REPORT

# Codes after which the message may nevertheless have been accepted.
MAYBE_ACCEPTED = frozenset({1, 2, 131000, 131016, 133004})

# Seconds to wait at least before the next try.
WAIT_SECONDS = {
    131056: 6,
    131057: 60,
    133015: 300,
    2494100: 300,
    134101: 600,
    131049: 24 * 3600,
    133016: 72 * 3600,
}

# Meanings that Meta's own page does not confirm: read as excerpts or from other people's code.
UNCONFIRMED = frozenset({130403, 131061, 131062, 131063, 131064, 132018, 136024, 137000, 2200})
