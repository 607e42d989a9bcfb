using System.Text.Json;
using LlmStack.Tests.Configuration;
using LlmStack.Tests.Support;
using LlmStack.Tracing;
using Microsoft.Extensions.DependencyInjection;

namespace LlmStack.Tests.Langfuse.Spooling;

/// <summary>The spool under the sink's other options: the older format, the end of a trace, several projects.</summary>
public sealed class SpoolFormatTests : IAsyncLifetime
{
    private readonly SpoolFolder _folder = new();
    private LangfuseReceiver _receiver = null!;

    public async Task InitializeAsync() => _receiver = await LangfuseReceiver.StartAsync();

    public async Task DisposeAsync()
    {
        await _receiver.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Items_that_failed_for_a_time_are_sent_again_by_the_next_process_and_refused_ones_are_not()
    {
        await using (SpoolHarness first = new(_receiver.BaseUrl, _folder.Spool, Older))
        {
            _receiver.Rule = static (_, body) => Errors(body, static name => name switch { "bad" => 400, "later" => 500, _ => 0 });
            foreach (string name in (string[])["good", "bad", "good", "later", "good", "later"])
            {
                await first.EmitAsync(name);
            }

            Assert.Equal(2, (await first.FlushAsync(0.5)).Pending);
            Assert.Equal((3, 1, 0), (first.Counters.Delivered, first.Counters.Dropped, first.Counters.Unknown));
        }

        int before = _receiver.Requests.Count;
        Dictionary<string, string> sent = Spans(_receiver.Requests[0]);
        _receiver.Rule = static (_, _) => new ScriptedReply(207, """{"successes":[],"errors":[]}""");
        await using SpoolHarness second = new(_receiver.BaseUrl, _folder.Spool, Older);
        await SpoolHarness.UntilAsync(() => second.Sink.Spool is { HasScanned: true, Pending: 0 });

        // The position on disk stands before the first that is open: what follows it is repeated, with the same ids and bytes.
        Dictionary<string, string> again = Spans(Assert.Single(_receiver.Requests.Skip(before)));
        Assert.Equal(["later", "good", "later"], again.Values.Select(static item => NameOf(item)));
        Assert.All(again, pair => Assert.Equal(sent[pair.Key], pair.Value));
        Assert.Equal((3, 3), (second.Counters.Recovered, second.Counters.Delivered));
    }

    [Fact]
    public async Task Bytes_of_one_format_wait_while_the_other_is_set()
    {
        await using (SpoolHarness first = new(_receiver.BaseUrl, _folder.Spool, Older))
        {
            _receiver.Rule = static (_, _) => new ScriptedReply(503);
            await first.EmitAsync("older");
        }

        string left = Assert.Single(_folder.Segments("ingestion"));
        _receiver.Rule = null;
        await using (SpoolHarness newer = new(_receiver.BaseUrl, _folder.Spool))
        {
            await newer.ScannedAsync();
            await newer.EmitAsync("newer");
            await newer.FlushAsync();
            Assert.Equal((0, 1), (newer.Counters.Recovered, newer.Sink.Spool!.Foreign));
        }

        Assert.Equal("newer", Assert.Single(_receiver.Spans).Name);
        Assert.Equal(left, Assert.Single(_folder.Segments("ingestion")));
        await using SpoolHarness third = new(_receiver.BaseUrl, _folder.Spool, Older);
        await SpoolHarness.UntilAsync(() => third.Sink.Spool is { HasScanned: true, Pending: 0 });

        Assert.Equal((1, 1), (third.Counters.Recovered, third.Counters.Delivered));
        Assert.False(File.Exists(left));
    }

    [Fact]
    public async Task The_end_of_a_trace_sends_what_the_spool_has_of_it_without_the_interval()
    {
        var tracing = new TracingOptions { ExportMode = ExportMode.OnTraceEnd };
        await using SpoolHarness harness = new(_receiver.BaseUrl, _folder.Spool, tracing: tracing);
        await SpoolHarness.UntilAsync(() => !harness.Sink.Spool!.NeedsSpare);
        var tracer = new LlmTracer([harness.Sink], [], tracing, harness.Time);
        TraceScope trace = tracer.StartTrace("invocation");
        trace.StartSpan("step").Dispose();
        Assert.Empty(_receiver.Requests);
        trace.Dispose();
        await _receiver.WaitForRequestsAsync(1);

        Assert.Equal(["step", "invocation"], _receiver.Spans.Select(static span => span.Name));
        Assert.Equal(0, harness.Counters.Bypassed);
    }

    [Fact]
    public async Task Projects_share_a_directory_and_each_finds_its_own_after_a_restart()
    {
        _receiver.Rule = static (_, _) => new ScriptedReply(503);
        await using (ServiceProvider first = Projects())
        {
            ILlmTracer tracer = first.GetRequiredService<ILlmTracer>();
            foreach (string? project in (string?[])["acme", "zoo", null])
            {
                using (LlmContext.Push(new LlmContext { Project = project }))
                {
                    tracer.StartTrace(project ?? "nobody").Dispose();
                }
            }

            await tracer.FlushAsync(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(3, _folder.Segments("otlp").Length);
        int before = _receiver.Requests.Count;
        _receiver.Rule = null;
        await using ServiceProvider second = Projects();
        _ = second.GetRequiredService<ILlmTracer>();
        await SpoolHarness.UntilAsync(() => _receiver.Spans.Count == 3);

        var delivered = _receiver.Requests.Skip(before).Where(static request => request.Path == LangfuseReceiver.TracesPath)
            .ToDictionary(static request => KeyOf(request), static request => Assert.Single(OtlpDecoder.Decode(request.Body)).Name);
        Assert.Equal(new Dictionary<string, string> { ["pk-acme"] = "acme", ["pk-zoo"] = "zoo", ["pk-own"] = "nobody" }, delivered);
    }

    private static void Older(LangfuseOptions langfuse) => langfuse.Format = LangfuseFormat.IngestionBatch;

    private static ScriptedReply Errors(byte[] body, Func<string, int> statusOf)
    {
        IEnumerable<string> errors = JsonSerializer.Deserialize<JsonElement>(body).GetProperty("batch").EnumerateArray()
            .Where(static item => item.GetProperty("type").GetString() == "span-create")
            .Select(item => (Id: item.GetProperty("id").GetString(), Status: statusOf(item.GetProperty("body").GetProperty("name").GetString()!)))
            .Where(static item => item.Status != 0)
            .Select(static item => $$"""{"id":"{{item.Id}}","status":{{item.Status}},"message":"no"}""");
        return new ScriptedReply(207, $$"""{"successes":[],"errors":[{{string.Join(',', errors)}}]}""");
    }

    /// <summary>The spans of a request of the older format as they were written, by id.</summary>
    private static Dictionary<string, string> Spans(ReceivedRequest request) => JsonSerializer.Deserialize<JsonElement>(request.Body).GetProperty("batch").EnumerateArray()
        .Where(static item => item.GetProperty("type").GetString() == "span-create")
        .ToDictionary(static item => item.GetProperty("id").GetString()!, static item => item.GetRawText());

    private static string NameOf(string item) => JsonSerializer.Deserialize<JsonElement>(item).GetProperty("body").GetProperty("name").GetString()!;

    private static string KeyOf(ReceivedRequest request) =>
        System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(request.Headers["Authorization"]["Basic ".Length..])).Split(':')[0];

    private ServiceProvider Projects() => Stack.Build(llm => llm
        .AddLangfuse(langfuse =>
        {
            (langfuse.BaseUrl, langfuse.PublicKey, langfuse.SecretKey) = (_receiver.BaseUrl, "pk-own", "sk-own");
            langfuse.ShutdownTimeout = TimeSpan.FromMilliseconds(100);
            (langfuse.Spool.Directory, langfuse.Spool.SegmentBytes) = (_folder.Spool, SpoolHarness.SegmentBytes);
        })
        .AddLangfuse("acme", static project => (project.PublicKey, project.SecretKey) = ("pk-acme", "sk-acme"))
        .AddLangfuse("zoo", static project => (project.PublicKey, project.SecretKey) = ("pk-zoo", "sk-zoo")));
}
