using Microsoft.Extensions.AI;

namespace LlmStack.Testing;

/// <summary>What a step does, immutable: a call takes it when it begins, whatever the script becomes later.</summary>
internal sealed record ScriptedPlan
{
    public static ScriptedPlan Default { get; } = new();

    public IReadOnlyList<string> Pieces { get; init; } = ["ok"];

    public IReadOnlyList<FunctionCallContent> ToolCalls { get; init; } = [];

    public ChatFinishReason FinishReason { get; init; } = ChatFinishReason.Stop;

    public UsageDetails? Usage { get; init; } = new() { InputTokenCount = 1, OutputTokenCount = 1, TotalTokenCount = 2 };

    /// <summary>Makes the exception of a call, given its number; null when the call does not fail at once.</summary>
    public Func<int, Exception>? Failure { get; init; }

    public int? StatusCode { get; init; } = 200;

    public int? CutAfter { get; init; }

    public int? StallAfter { get; init; }

    public TimeSpan Delay { get; init; }

    public TimeSpan PieceDelay { get; init; }

    public IReadOnlyList<float[]>? Vectors { get; init; }

    public IReadOnlyList<double>? Scores { get; init; }

    /// <summary>The categories that each judged input falls into; null: none does.</summary>
    public IReadOnlyList<string>? Flags { get; init; }

    /// <summary>The pieces of media of an answer; null: the text's bytes stand for them.</summary>
    public IReadOnlyList<DataContent>? Media { get; init; }

    public static int? StatusOf(LlmErrorKind kind) => kind switch
    {
        LlmErrorKind.InvalidRequest or LlmErrorKind.ContextWindowExceeded or LlmErrorKind.ContentPolicyViolation => 400,
        LlmErrorKind.Authentication => 401,
        LlmErrorKind.PermissionDenied => 403,
        LlmErrorKind.NotFound => 404,
        LlmErrorKind.RateLimited or LlmErrorKind.QuotaExhausted => 429,
        LlmErrorKind.ServerError => 500,
        LlmErrorKind.Overloaded => 503,
        _ => null,
    };
}
