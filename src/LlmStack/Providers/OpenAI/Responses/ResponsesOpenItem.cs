namespace LlmStack.Providers.OpenAI.Responses;

/// <summary>What was already handed on of an item of a stream.</summary>
internal sealed class ResponsesOpenItem
{
    public bool HasText { get; set; }

    public bool HasRefusal { get; set; }

    public bool HasArguments { get; set; }

    public bool IsDone { get; set; }
}
