using LlmStack.Tests.Providers.OpenAI;
using Microsoft.Extensions.AI;

namespace LlmStack.Tests.Providers.Streaming;

/// <summary>What a streamed answer must become. What is null or empty is expected to be absent, except where a remark says "not checked".</summary>
internal sealed record StreamExpectation
{
    public string Text { get; init; } = "";

    public string Reasoning { get; init; } = "";

    /// <summary>The tool calls, each as <c>id:name:argument=value,…</c>.</summary>
    public string[] Calls { get; init; } = [];

    /// <summary>The reason why generation ended; null: not checked.</summary>
    public ChatFinishReason? Finish { get; init; }

    /// <summary>The provider's own word for it; null: not checked.</summary>
    public string? RawFinish { get; init; }

    /// <summary>The total of the usage; null: not checked.</summary>
    public long? TotalTokens { get; init; }

    /// <summary>How the stream fails; null when it completes.</summary>
    public LlmErrorKind? Failure { get; init; }

    /// <summary>What else must hold.</summary>
    public Action<StreamOutcome>? Also { get; init; }

    public void Verify(StreamOutcome outcome)
    {
        Assert.Equal(Failure, outcome.Failure?.Kind);
        Assert.Equal(Text, outcome.Text);
        Assert.Equal(Reasoning, outcome.Reasoning);
        Assert.Equal(Calls, outcome.Calls.Select(StreamOutcome.ToldOf));
        Assert.True(Finish is null || Finish == outcome.Finish, $"finished with {outcome.Finish} instead of {Finish}");
        Assert.True(RawFinish is null || RawFinish == outcome.Report.RawFinishReason, $"the raw finish reason is {outcome.Report.RawFinishReason} instead of {RawFinish}");
        Assert.True(TotalTokens is null || TotalTokens == outcome.Usage?.TotalTokenCount, $"{outcome.Usage?.TotalTokenCount} tokens instead of {TotalTokens}");
        Also?.Invoke(outcome);
    }
}
