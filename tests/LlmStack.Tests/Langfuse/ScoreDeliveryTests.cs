using System.Text.Json;
using LlmStack.Langfuse;
using LlmStack.Tests.Support;
using LlmStack.Tracing;

namespace LlmStack.Tests.Langfuse;

public sealed class ScoreDeliveryTests
{
    private static readonly TraceId Trace = new(1, 2);

    [Fact]
    public async Task Scores_arrive_in_one_batch_in_the_servers_form()
    {
        await using SinkHarness harness = await SinkHarness.StartAsync(tracing: new TracingOptions { Environment = "test" });
        harness.Sink.Emit(new ScoreData { Name = "helpful", TraceId = Trace, ObservationId = new SpanId(9), Value = 0.9, Comment = "ok" });
        harness.Sink.Emit(new ScoreData { Name = "used", TraceId = Trace, DataType = ScoreDataType.Boolean, Value = 1 });
        harness.Sink.Emit(new ScoreData { Name = "mood", SessionId = "s-1", DataType = ScoreDataType.Categorical, StringValue = "good" });
        FlushResult result = await harness.FlushAsync();

        Assert.True(result.IsComplete, result.Error);
        Assert.Single(harness.Receiver.Requests);
        List<DecodedScore> scores = harness.Receiver.Scores;
        Assert.Equal(3, scores.Select(score => score.EnvelopeId).Distinct().Count());
        Assert.All(scores, score => Assert.Equal("2026-11-23T12:00:00.000Z", score.Timestamp));
        Assert.Equal(0.9, scores[0].Body.GetProperty("value").GetDouble());
        Assert.Equal("NUMERIC", scores[0].Body.GetProperty("dataType").GetString());
        Assert.Equal(Trace.ToString(), scores[0].Body.GetProperty("traceId").GetString());
        Assert.Equal("0000000000000009", scores[0].Body.GetProperty("observationId").GetString());
        Assert.Equal("ok", scores[0].Body.GetProperty("comment").GetString());
        Assert.Equal("test", scores[0].Body.GetProperty("environment").GetString());
        Assert.Equal(1, scores[1].Body.GetProperty("value").GetInt32());
        Assert.Equal("s-1", scores[2].Body.GetProperty("sessionId").GetString());
        Assert.False(scores[2].Body.TryGetProperty("traceId", out _));
        Assert.Equal("good", scores[2].Body.GetProperty("value").GetString());
    }

    [Fact]
    public async Task Texts_corrections_and_runs_arrive_in_the_servers_form()
    {
        await using SinkHarness harness = await SinkHarness.StartAsync();
        harness.Sink.Emit(new ScoreData { Name = "why", TraceId = Trace, DataType = ScoreDataType.Text, StringValue = "because" });
        harness.Sink.Emit(new ScoreData { Name = "output", TraceId = Trace, ObservationId = new SpanId(9), DataType = ScoreDataType.Correction, StringValue = "better" });
        harness.Sink.Emit(new ScoreData { Name = "accuracy", DatasetRunId = "run-1", Value = 0.75, ConfigId = "c-1" });
        await harness.FlushAsync();

        JsonElement[] bodies = [.. harness.Receiver.Scores.Select(score => score.Body)];
        Assert.Equal(("TEXT", "because"), (bodies[0].GetProperty("dataType").GetString(), bodies[0].GetProperty("value").GetString()));
        Assert.Equal(("CORRECTION", "better"), (bodies[1].GetProperty("dataType").GetString(), bodies[1].GetProperty("value").GetString()));
        Assert.Equal(("run-1", "c-1", 0.75), (bodies[2].GetProperty("datasetRunId").GetString(), bodies[2].GetProperty("configId").GetString(), bodies[2].GetProperty("value").GetDouble()));
        Assert.False(bodies[2].TryGetProperty("traceId", out _) || bodies[2].TryGetProperty("sessionId", out _));
    }

    [Fact]
    public async Task The_same_target_and_name_give_the_same_id()
    {
        await using SinkHarness harness = await SinkHarness.StartAsync();
        harness.Sink.Emit(new ScoreData { Name = "a", TraceId = Trace, Value = 0 });
        harness.Sink.Emit(new ScoreData { Name = "a", TraceId = Trace, Value = 1 });
        harness.Sink.Emit(new ScoreData { Name = "b", TraceId = Trace, Value = 1 });
        await harness.FlushAsync();

        string?[] ids = [.. harness.Receiver.Scores.Select(score => score.Body.GetProperty("id").GetString())];
        Assert.Equal(ids[0], ids[1]);
        Assert.NotEqual(ids[0], ids[2]);
    }

    [Fact]
    public async Task Single_scores_of_an_answer_are_dropped_or_repeated_by_their_own_status()
    {
        await using SinkHarness harness = await SinkHarness.StartAsync();
        harness.Receiver.Rule = (_, body) =>
        {
            bool first = harness.Receiver.Requests.Count == 0;
            IEnumerable<string> errors = JsonSerializer.Deserialize<JsonElement>(body).GetProperty("batch").EnumerateArray()
                .Select(item => (Id: item.GetProperty("id").GetString(), Name: item.GetProperty("body").GetProperty("name").GetString()))
                .Where(item => first && item.Name != "good")
                .Select(item => $$"""{"id":"{{item.Id}}","status":{{(item.Name == "bad" ? 400 : 500)}},"message":"m"}""");
            return new ScriptedReply(207, $$"""{"successes":[],"errors":[{{string.Join(',', errors)}}]}""");
        };
        foreach (string name in (string[])["good", "bad", "again"])
        {
            harness.Sink.Emit(new ScoreData { Name = name, TraceId = Trace, Value = 1 });
        }

        FlushResult first = await harness.FlushAsync(0.5);
        Assert.True(first.Pending > 0);
        FlushResult second = await harness.FlushAsync(0.5);

        Assert.Equal((2, 1, 0), (second.Delivered, second.Dropped, second.Pending));
        DecodedScore[] again = [.. harness.Receiver.Scores.Where(score => score.Body.GetProperty("name").GetString() == "again")];
        Assert.Equal(2, again.Length);
        Assert.Equal(again[0].EnvelopeId, again[1].EnvelopeId);
        Assert.Equal(1, harness.Logged(3006));
    }

    [Theory]
    [InlineData(404)]
    [InlineData(405)]
    [InlineData(410)]
    public async Task A_server_without_batches_gets_scores_one_by_one(int status)
    {
        await using SinkHarness harness = await SinkHarness.StartAsync();
        harness.Receiver.Rule = (path, _) => new ScriptedReply(path == LangfuseReceiver.IngestionPath ? status : 200);
        harness.Sink.Emit(new ScoreData { Name = "a", TraceId = Trace, Value = 1 });
        harness.Sink.Emit(new ScoreData { Name = "b", TraceId = Trace, Value = 1 });
        Assert.True((await harness.FlushAsync()).IsComplete);
        harness.Sink.Emit(new ScoreData { Name = "c", TraceId = Trace, Value = 1 });
        Assert.True((await harness.FlushAsync()).IsComplete);

        Assert.Equal([LangfuseReceiver.IngestionPath, LangfuseReceiver.ScoresPath, LangfuseReceiver.ScoresPath, LangfuseReceiver.ScoresPath], harness.Receiver.Requests.Select(request => request.Path));
        Assert.Equal(["a", "b", "c"], harness.Receiver.Scores.Select(score => score.Body.GetProperty("name").GetString()));
    }

    [Fact]
    public async Task Events_that_are_not_accepted_are_sent_one_by_one()
    {
        await using SinkHarness harness = await SinkHarness.StartAsync();
        harness.Receiver.Rule = static (path, body) => path == LangfuseReceiver.ScoresPath
            ? new ScriptedReply(200)
            : new ScriptedReply(207, $$"""{"successes":[],"errors":[{"id":"{{JsonSerializer.Deserialize<JsonElement>(body).GetProperty("batch")[0].GetProperty("id").GetString()}}","status":400,"message":"Event type not accepted"}]}""");
        harness.Sink.Emit(new ScoreData { Name = "a", TraceId = Trace, Value = 1 });

        Assert.True((await harness.FlushAsync()).IsComplete);
        Assert.Equal(LangfuseReceiver.ScoresPath, harness.Receiver.Requests[^1].Path);
    }

    [Fact]
    public async Task Wrong_scores_are_dropped_and_counted_before_they_leave()
    {
        await using SinkHarness harness = await SinkHarness.StartAsync();
        ScoreData[] wrong =
        [
            new() { Name = "", TraceId = Trace },
            new() { Name = "no target" },
            new() { Name = "two targets", TraceId = Trace, SessionId = "s" },
            new() { Name = "session and run", SessionId = "s", DatasetRunId = "r" },
            new() { Name = "observation alone", SessionId = "s", ObservationId = new SpanId(1) },
            new() { Name = "nan", TraceId = Trace, Value = double.NaN },
            new() { Name = "no text", TraceId = Trace, DataType = ScoreDataType.Categorical },
            new() { Name = "long text", TraceId = Trace, DataType = ScoreDataType.Text, StringValue = new string('x', 501) },
            new() { Name = "id", Id = "a\rb", TraceId = Trace },
        ];
        foreach (ScoreData score in wrong)
        {
            harness.Sink.Emit(score);
        }

        FlushResult result = await harness.FlushAsync();

        Assert.Equal(wrong.Length, harness.Sink.ScoreCounters.DroppedFor(DropReason.EncodeError));
        Assert.Equal(wrong.Length, result.Dropped);
        Assert.Empty(harness.Receiver.Requests);
        Assert.Equal(1, harness.Logged(3008));
    }

    [Fact]
    public async Task A_wrong_key_is_said_once_for_spans_and_scores_together()
    {
        await using SinkHarness harness = await SinkHarness.StartAsync();
        harness.Receiver.Rule = static (_, _) => new ScriptedReply(401);
        harness.Emit();
        harness.Sink.Emit(new ScoreData { Name = "a", TraceId = Trace, Value = 1 });
        FlushResult result = await harness.FlushAsync();

        Assert.Equal(2, result.Pending);
        Assert.Equal(1, harness.Logged(3003));
    }

    [Fact]
    public async Task More_scores_than_a_request_takes_need_several()
    {
        await using SinkHarness harness = await SinkHarness.StartAsync();
        for (int i = 0; i < 250; i++)
        {
            harness.Sink.Emit(new ScoreData { Name = $"n{i}", TraceId = Trace, Value = i });
        }

        Assert.Equal(250, (await harness.FlushAsync()).Delivered);
        Assert.Equal(250, harness.Receiver.Scores.Count);
        Assert.All(harness.Receiver.Requests, request => Assert.Equal(LangfuseReceiver.IngestionPath, request.Path));
    }
}
