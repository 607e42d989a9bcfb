using System.Runtime.CompilerServices;
using LlmStack.Providers;
using LlmStack.Routing;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace LlmStack.Tests.Docs;

internal sealed class SmallestWindow : IRoutingStrategy
{
    public int Pick(in RouteRequest request, in CandidateSet candidates, IRandomSource random)
    {
        int best = 0;
        for (int i = 1; i < candidates.Count; i++)
        {
            best = candidates[i].Deployment.ContextWindow < candidates[best].Deployment.ContextWindow ? i : best;
        }

        return best;
    }
}

internal sealed class BusinessHours(TimeProvider time) : IRoutingFilter
{
    public string Name => "business hours";

    public FilterScope Scope => FilterScope.Dynamic;

    public FilterVerdict Check(in RouteRequest request, Member member) =>
        member.Deployment.Provider != "office" || time.GetLocalNow().Hour is >= 8 and < 18 ? FilterVerdict.Keep : FilterVerdict.Remove("the office is closed");
}

internal sealed class EchoProvider : ILlmProvider
{
    public ValueTask<ChatResponse> ChatAsync(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken) =>
        ValueTask.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, messages[^1].Text)) { ModelId = call.Model });

    public async IAsyncEnumerable<ChatResponseUpdate> ChatStreamingAsync(ProviderCall call, IReadOnlyList<ChatMessage> messages, ChatOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        yield return new ChatResponseUpdate(ChatRole.Assistant, messages[^1].Text);
    }

    public object? GetService(Type serviceType) => serviceType.IsInstanceOfType(this) ? this : null;
}

internal sealed class SlowCalls(ILogger<SlowCalls> logger) : ITraceSink
{
    public void Emit(in SpanData span)
    {
        if (span.Type == ObservationType.Generation && span.Duration > TimeSpan.FromSeconds(10))
        {
            logger.LogWarning("{Span} took {Duration} at {Deployment}", span.Name, span.Duration, span.Deployment);
        }
    }

    public void Emit(in ScoreData score)
    {
    }

    public ValueTask<FlushResult> FlushAsync(TimeSpan timeout, CancellationToken cancellationToken = default) => ValueTask.FromResult(new FlushResult(0, 0, 0, null));
}

internal sealed class AuditHandler : DelegatingHandler;
