using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using LlmStack.Tracing;
using Microsoft.Extensions.Time.Testing;

namespace LlmStack.Tests.Tracing;

[Collection(ActivitiesInTurn.Name)]
public sealed class MaskingTests
{
    private const string Key = "sk-proj-abcdefghijklmnopqrstuvwx";
    private readonly FakeTimeProvider _time = new();
    private readonly RecordingSink _sink = new();

    [Fact]
    public void Every_text_inside_a_value_is_masked_and_the_rest_keeps_its_bytes()
    {
        LlmTracer tracer = Tracer(m => m.Detect = SensitiveData.All);
        using (TraceScope trace = tracer.StartTrace("trace"))
        {
            trace.Input = JsonNode.Parse($$"""{"text":"mail a@b.de","n":[1.50,{"card":4111111111111111,"a@b.de":true}],"esc":"\"q\" \u0061@b.de"}""");
            trace.Output = "key " + Key;
            trace.SetMetadata("who", "a@b.de");
            trace.StatusMessage = "wrong key " + Key;
        }

        SpanData span = Assert.Single(_sink.Spans);
        Assert.Equal("""{"text":"mail [EMAIL]","n":[1.50,{"card":"[CARD]","[EMAIL]":true}],"esc":"\"q\" [EMAIL]"}""", span.GetInputJson());
        Assert.Equal("\"key [KEY]\"", span.GetOutputJson());
        Assert.Equal("[EMAIL]", Assert.Single(span.Metadata).Value);
        Assert.Equal("wrong key [KEY]", span.StatusMessage);
    }

    [Fact]
    public void A_secret_never_survives_wherever_it_stands()
    {
        var masker = new TextMasker(SensitiveData.ApiKeys, []);
        Gen.Select(Gen.String[0, 40], Gen.String[0, 40], Gen.Int[0, 3]).Sample((before, after, depth) =>
        {
            JsonNode node = JsonValue.Create($"{before} {Key} {after}");
            for (int i = 0; i < depth; i++)
            {
                node = i % 2 == 0 ? new JsonArray(node) : new JsonObject { ["n"] = node };
            }

            var buffer = new ContentBuffer();
            Assert.True(JsonMask.TryRewrite(Encoding.UTF8.GetBytes(node.ToJsonString()), buffer, masker, MaskedField.Input));
            Assert.True(buffer.Written.IndexOf(Encoding.UTF8.GetBytes(Key)) < 0);
            using var parsed = JsonDocument.Parse(Encoding.UTF8.GetString(buffer.Written));
            Assert.NotEqual(JsonValueKind.Undefined, parsed.RootElement.ValueKind);
        });
    }

    [Fact]
    public void Fields_are_kept_masked_or_removed_each_by_its_policy()
    {
        LlmTracer tracer = Tracer(m =>
        {
            m.Detect = SensitiveData.Email;
            m.Input = MaskedFieldPolicy.Keep;
            m.Output = MaskedFieldPolicy.Remove;
            m.Metadata = MaskedFieldPolicy.Remove;
            m.StatusMessage = MaskedFieldPolicy.Remove;
            m.Labels = MaskedFieldPolicy.Mask;
        });
        using (TraceScope trace = tracer.StartTrace("trace", new TraceContext { UserId = "a@b.de", Tags = ["vip", "c@d.de"], Metadata = new Dictionary<string, string> { ["m"] = "e@f.de" } }))
        {
            trace.Input = "a@b.de";
            trace.Output = "b@b.de";
            trace.SetMetadata("k", "v");
            trace.StatusMessage = "said";
            using SpanScope child = trace.StartSpan("child");
        }

        SpanData root = _sink["trace"];
        Assert.Equal("\"a@b.de\"", root.GetInputJson());
        Assert.Null(root.GetOutputJson());
        Assert.Empty(root.Metadata);
        Assert.Null(root.StatusMessage);
        Assert.Equal("[EMAIL]", root.Context.UserId);
        Assert.Equal(["vip", "[EMAIL]"], root.Context.Tags.AsEnumerable());
        Assert.Equal("[EMAIL]", root.Context.Metadata["m"]);
        Assert.Same(root.Context, _sink["child"].Context);
    }

    [Fact]
    public void Labels_are_kept_unless_asked_for()
    {
        LlmTracer tracer = Tracer(m => m.Detect = SensitiveData.All);
        tracer.StartTrace("trace", new TraceContext { UserId = "a@b.de" }).Dispose();
        Assert.Equal("a@b.de", _sink["trace"].Context.UserId);
    }

    [Fact]
    public void Functions_run_after_the_detectors_in_their_order_and_know_the_field()
    {
        var fields = new List<MaskedField>();
        LlmTracer tracer = Tracer(m =>
        {
            m.Detect = SensitiveData.Email;
            m.Functions.Add((text, field) =>
            {
                fields.Add(field);
                return text.Replace("[EMAIL]", "<mail>", StringComparison.Ordinal);
            });
            m.Functions.Add((text, _) => text.Replace("mail", "MAIL", StringComparison.Ordinal));
        });
        using (TraceScope trace = tracer.StartTrace("trace"))
        {
            trace.Input = "a@b.de";
            trace.Score("quality", "good", "said a@b.de");
        }

        Assert.Equal("\"<MAIL>\"", _sink["trace"].GetInputJson());
        ScoreData score = Assert.Single(_sink.Scores);
        Assert.Equal("good", score.StringValue);
        Assert.Equal("said <MAIL>", score.Comment);
        Assert.Equal([MaskedField.Score, MaskedField.Input], fields);
    }

    [Fact]
    public void A_function_that_fails_closes_the_field_and_only_it()
    {
        LlmTracer tracer = Tracer(m => m.Functions.Add((text, field) => field == MaskedField.Input ? throw new InvalidOperationException("no") : field == MaskedField.Metadata ? null! : text));
        using (TraceScope trace = tracer.StartTrace("trace"))
        {
            trace.Input = "secret";
            trace.Output = "kept";
            trace.SetMetadata("k", "secret");
        }

        SpanData span = _sink["trace"];
        Assert.Equal("\"[masking failed]\"", span.GetInputJson());
        Assert.Equal("\"kept\"", span.GetOutputJson());
        Assert.Equal("[masking failed]", Assert.Single(span.Metadata).Value);
        Assert.Equal(2, tracer.Pipeline.MaskFailures);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(20)]
    public void What_truncation_cut_in_two_is_not_shown(int shift)
    {
        LlmTracer tracer = Tracer(m => m.Detect = SensitiveData.All, o => o.MaxContentBytes = 1024);

        // The preview ends after (1024 - 64) / 2 bytes of JSON text: somewhere inside the key.
        string text = new string('x', 460 - shift) + " " + Key + " " + new string('y', 2000);
        using (TraceScope trace = tracer.StartTrace("trace"))
        {
            trace.Input = text;
            trace.Output = new JsonObject { ["a"] = "line\na@b.de \"quoted\" " + new string('z', 3000) };
        }

        SpanData span = _sink["trace"];
        string input = span.GetInputJson()!;
        Assert.DoesNotContain("sk-", input, StringComparison.Ordinal);
        Assert.True(JsonNode.Parse(input)!["truncated"]!.GetValue<bool>());
        string output = JsonNode.Parse(span.GetOutputJson()!)!["preview"]!.GetValue<string>();
        Assert.StartsWith("{\"a\":\"line\n[EMAIL] \"quoted\"", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Activities_get_what_sinks_get()
    {
        var seen = new List<System.Diagnostics.Activity>();
        using var listener = new System.Diagnostics.ActivityListener
        {
            ShouldListenTo = static source => source.Name == "LlmStack",
            Sample = static (ref System.Diagnostics.ActivityCreationOptions<System.Diagnostics.ActivityContext> _) => System.Diagnostics.ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = seen.Add,
        };
        System.Diagnostics.ActivitySource.AddActivityListener(listener);
        LlmTracer tracer = Tracer(m => m.Detect = SensitiveData.Email, o => o.CaptureContentOnActivities = true);
        using (TraceScope trace = tracer.StartTrace("trace"))
        {
            trace.Input = "a@b.de";
        }

        Assert.Contains(Assert.Single(seen).TagObjects, tag => Equals(tag.Value, "\"[EMAIL]\""));
    }

    [Fact]
    public void Wrong_settings_are_told_with_what_is_allowed()
    {
        var options = new LlmStackOptions();
        options.Tracing.Masking.Detect = (SensitiveData)64;
        options.Tracing.Masking.Input = (MaskedFieldPolicy)9;
        options.Tracing.Tail.MaxSpans = 1;
        options.Tracing.Tail.KeepCostlierThan = 0;
        options.Tracing.Tail.KeepSlowerThan = TimeSpan.Zero;
        var problems = new LlmStack.Configuration.OptionsProblems();
        LlmStack.Configuration.TracingValidation.Validate(options, problems);
        string all = string.Join('\n', problems.All);
        Assert.Contains("LlmStack:Tracing:Masking:Detect", all, StringComparison.Ordinal);
        Assert.Contains("LlmStack:Tracing:Masking:Input", all, StringComparison.Ordinal);
        Assert.Contains("LlmStack:Tracing:Tail:MaxSpans", all, StringComparison.Ordinal);
        Assert.Contains("LlmStack:Tracing:Tail:KeepCostlierThan", all, StringComparison.Ordinal);
        Assert.Contains("LlmStack:Tracing:Tail:KeepSlowerThan", all, StringComparison.Ordinal);
    }

    private LlmTracer Tracer(Action<MaskingOptions> configure, Action<TracingOptions>? more = null)
    {
        var options = new TracingOptions();
        configure(options.Masking);
        more?.Invoke(options);
        return new LlmTracer([_sink], [], options, _time);
    }
}
