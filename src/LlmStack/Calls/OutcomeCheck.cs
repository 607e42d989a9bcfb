using LlmStack.Routing;

namespace LlmStack.Calls;

/// <summary>Finds answers that count as failures by the settings in force.</summary>
internal static class OutcomeCheck
{
    /// <summary>The failure an answer counts as; null for an answer like any other.</summary>
    public static LlmException? FailureOf<TOperation, TResult>(OutcomeRules rules, TOperation operation, TResult result, CallAttempt attempt)
        where TOperation : struct, ICallOperation<TResult>
    {
        ResultFacts facts = default;
        operation.Describe(result, ref facts);
        string? what = null;
        LlmErrorKind kind = LlmErrorKind.Unknown;
        if (facts.FinishReason is { } reason && rules.FinishReasons.TryGetValue(reason, out kind))
        {
            what = $"ended with '{reason}'";
        }
        else if (rules.EmptyAnswer is { } empty && operation.IsEmpty(result))
        {
            kind = empty;
            what = "is empty";
        }

        return what is null ? null : new LlmException(kind, $"The answer of '{attempt.Member!.Deployment.Id}' {what}, which counts as {ErrorKindTraits.NameOf(kind)}.")
        {
            Provider = attempt.Member.Deployment.Provider,
            RequestId = attempt.Call.Report.RequestId,
            Usage = facts.Usage,
        };
    }
}
