using System.Text.Json;
using System.Text.Json.Serialization;
using Amazon.Runtime;

namespace FetchEtl.Sqs.Tests;

/// <summary>What a call returned or threw, as text that can be compared.</summary>
internal static class Outcome
{
    private static readonly JsonSerializerOptions Options = new() { Converters = { new StreamConverter() } };

    public static async Task<string> OfAsync<T>(Func<Task<T>> call)
        where T : AmazonWebServiceResponse
    {
        try
        {
            var response = await call();

            // The SDK keeps its own user agent there.
            response.ResponseMetadata.Metadata.Remove("User-Agent");
            return JsonSerializer.Serialize(response, Options);
        }
        catch (AmazonServiceException exception)
        {
            return $"{exception.GetType()} {exception.ErrorCode} {exception.StatusCode} {exception.ErrorType} "
                + exception.Message;
        }
        catch (Exception exception) when (exception is not Xunit.Sdk.XunitException)
        {
            return $"{exception.GetType()} {exception.Message}";
        }
    }

    private sealed class StreamConverter : JsonConverter<MemoryStream>
    {
        public override MemoryStream Read(
            ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, MemoryStream value, JsonSerializerOptions options) =>
            writer.WriteStringValue($"{value.Position} {value.CanWrite} {Convert.ToHexString(value.GetBuffer())}");
    }
}
