using System.Text;
using LlmStack.Benchmarks.Canned;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;

namespace LlmStack.Benchmarks.Subjects;

/// <summary>Writes spans as the request path and as an application write them.</summary>
internal sealed class SpanWriter : IDisposable
{
    private readonly LlmStackHost _host;
    private readonly LlmTracer _tracer;
    private readonly TimeProvider _time;
    private readonly LlmContext _context = new() { UserId = SpanContent.UserId, SessionId = SpanContent.SessionId };
    private readonly UsageDetails _usage = new() { InputTokenCount = 187, OutputTokenCount = 171, TotalTokenCount = 358, CachedInputTokenCount = 128 };
    private readonly byte[] _input;
    private readonly byte[] _output;

    public SpanWriter(LlmStackSetup setup, SpanContent content)
    {
        _host = LlmStackHost.Create(setup with { Traced = true });
        _tracer = _host.Get<LlmTracer>();
        _time = _host.Get<TimeProvider>();
        _input = Encoding.UTF8.GetBytes(content.Input);
        _output = Encoding.UTF8.GetBytes(content.Output);
    }

    /// <summary>The generation that a call leaves behind. The caller's context is ambient, as <see cref="Automatic(int)"/> sets it.</summary>
    public void Automatic()
    {
        long start = _time.GetTimestamp();
        SpanRecord span = _tracer.StartAutomatic("chat fast", ObservationType.Generation, start) ?? throw new InvalidOperationException("Nobody listens.");
        span.Operation = "chat";
        span.ProviderName = "openai";
        span.Model = Conversation.ChatModel;
        span.Options = Conversation.Options;
        span.ServerAddress = "api.openai.com";
        span.ServerPort = 443;
        span.SetInput(_input);
        span.SetOutput(_output);
        span.Usage = _usage;
        span.ResponseId = SpanContent.ResponseId;
        span.ResponseModel = SpanContent.ResponseModel;
        span.FinishReason = "stop";
        _tracer.End(span, _time.GetTimestamp());
    }

    public void Automatic(int count)
    {
        using (LlmContext.Push(_context))
        {
            for (int i = 0; i < count; i++)
            {
                Automatic();
            }
        }
    }

    /// <summary>A scope that an application opens around a step of its own.</summary>
    public void Scopes(int count)
    {
        using (LlmContext.Push(_context))
        {
            for (int i = 0; i < count; i++)
            {
                using SpanScope span = _tracer.StartSpan("vector-search", ObservationType.Retriever);
                span.Output = SpanContent.ScopeOutput;
            }
        }
    }

    public void Flush() => _host.Flush();

    public void Dispose() => _host.Dispose();
}
