namespace LlmStack.Providers.OpenAI;

/// <summary>How one family of servers differs from the format's centre.</summary>
internal sealed record OpenAIProfile
{
    public static readonly OpenAIProfile OpenAI = new() { MaxTokensField = "max_completion_tokens", KnowsFamilies = true, SendsNames = true };

    public static readonly OpenAIProfile Compatible = new() { MaxTokensField = "max_tokens", SendsTopK = true };

    /// <summary>The field of the largest number of output tokens.</summary>
    public required string MaxTokensField { get; init; }

    /// <summary>Whether <see cref="ModelFamily"/> applies.</summary>
    public bool KnowsFamilies { get; init; }

    /// <summary>Whether <c>top_k</c> is a field.</summary>
    public bool SendsTopK { get; init; }

    /// <summary>Whether authors' names are sent; several compatible servers refuse them.</summary>
    public bool SendsNames { get; init; }

    /// <summary>Whether reasoning of earlier turns is sent back.</summary>
    public bool EchoesReasoning { get; init; }
}
