using LlmStack.Tests.Support;
using LlmStack.Tracing;

namespace LlmStack.Tests.Langfuse;

public sealed class TraceUrlTests
{
    private static readonly TraceId Trace = new(1, 2);

    [Fact]
    public async Task The_projects_id_is_asked_for_once()
    {
        await using SinkHarness harness = await SinkHarness.StartAsync();
        harness.Receiver.Rule = static (path, _) => path == "/api/public/projects" ? new ScriptedReply(200, """{"data":[{"id":"p 1","name":"n"}]}""") : new ScriptedReply(404);
        Assert.Null(harness.Sink.GetUrl(Trace, project: null));

        Uri? first = await harness.Sink.GetUrlAsync(Trace, project: null, CancellationToken.None);
        Uri? second = await harness.Sink.GetUrlAsync(new TraceId(1, 3), project: null, CancellationToken.None);

        Assert.Equal($"{harness.Receiver.BaseUrl}/project/p%201/traces/{Trace}", first!.AbsoluteUri);
        Assert.EndsWith("3", second!.AbsoluteUri, StringComparison.Ordinal);
        Assert.Equal(first, harness.Sink.GetUrl(Trace, project: null));
        ReceivedRequest request = Assert.Single(harness.Receiver.Requests);
        Assert.StartsWith("Basic ", request.Headers["Authorization"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401, "{}")]
    [InlineData(200, "not JSON")]
    [InlineData(200, "[]")]
    [InlineData(200, """{"data":[]}""")]
    public async Task A_server_that_does_not_say_gives_no_address_and_is_asked_again(int status, string body)
    {
        await using SinkHarness harness = await SinkHarness.StartAsync();
        harness.Receiver.Enqueue(new ScriptedReply(status, body), new ScriptedReply(200, """{"data":[{"id":"p"}]}"""));

        Assert.Null(await harness.Sink.GetUrlAsync(Trace, project: null, CancellationToken.None));
        Assert.NotNull(await harness.Sink.GetUrlAsync(Trace, project: null, CancellationToken.None));
    }

    [Fact]
    public async Task A_scope_knows_its_address_when_the_project_is_configured()
    {
        await using SinkHarness harness = await SinkHarness.StartAsync(options => options.ProjectId = "p1");
        var tracer = new LlmTracer([harness.Sink], [], new TracingOptions(), harness.Time);
        using TraceScope trace = tracer.StartTrace("t");

        Assert.Equal($"{harness.Receiver.BaseUrl}/project/p1/traces/{trace.TraceId}", trace.Url!.AbsoluteUri);
        Assert.Equal(trace.Url, tracer.GetTraceUrl(trace.TraceId));
        Assert.Equal(trace.Url, await tracer.GetTraceUrlAsync(trace.TraceId));
        Assert.Empty(harness.Receiver.Requests);
        Assert.Null(new LlmTracer([], [], new TracingOptions(), harness.Time).GetTraceUrl(trace.TraceId));
    }
}
