namespace LlmStack.Diagnostics.Events;

/// <summary>An event to be sent.</summary>
/// <param name="Event">The event, the last of its like.</param>
/// <param name="Repeated">How many of its like were left out before it.</param>
internal readonly record struct WebhookItem(LlmEvent Event, int Repeated);
