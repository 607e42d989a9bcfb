namespace LlmStack;

/// <summary>Who is told what an operator wants to know; <see cref="ILlmEvents"/> tells code in any case.</summary>
public sealed class EventsOptions
{
    /// <summary>The webhook; inactive without an address.</summary>
    public WebhookOptions Webhook { get; set; } = new();
}
